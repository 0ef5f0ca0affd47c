import { expect, test } from 'vitest';

import { preferences } from './preferences.svelte';

test('a name goes to the server composed, whatever the keyboard wrote', () => {
  preferences.choose({ name: ' Zoe\u0308 ' });
  expect(preferences.outside).toBe('outside:Zo\u00eb');
  preferences.choose({ name: ' ' });
  expect(preferences.outside).toBe('outside');
});
