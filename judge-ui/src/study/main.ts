import { mount } from 'svelte';

import '../app.css';
import '../stage.css';
import Study from './Study.svelte';

mount(Study, { target: document.body });
