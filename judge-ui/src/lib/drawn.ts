// Names that nobody else has.

/** 128 random bits as 32 hexadecimal digits: also on pages without https, on which browsers draw no UUIDs. */
export const drawn = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
