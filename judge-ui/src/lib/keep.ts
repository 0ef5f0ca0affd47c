// What the browser keeps for the visitor. Where it keeps nothing (private windows may not), the page
// goes on without.

/** Reads what was kept under a name; null where there is nothing that can be read. */
export function recall<T>(name: string, storage: () => Storage = () => localStorage): T | null {
  try {
    return JSON.parse(storage().getItem(prefix(name)) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

export function keep(name: string, value: unknown, storage: () => Storage = () => localStorage): void {
  try {
    storage().setItem(prefix(name), JSON.stringify(value));
  } catch {
    // Full or forbidden: what is not kept is asked for again.
  }
}

/** For what belongs to this window alone and outlives a reload. */
export const thisWindow = (): Storage => sessionStorage;

export const prefix = (name: string): string => `pixel-debate.${name}`;
