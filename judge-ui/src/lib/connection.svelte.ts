// The websocket: it opens, reads and writes messages, and opens again when it is lost.

import { PATH, VERSION, type Hello, type Request, type ServerMessage, type Setup } from '../protocol';

/** A setup may leave out what the server then decides. */
export type Wish = { id?: number } & (Request | ({ type: 'create' } & Partial<Setup>));

/** What the server says after its greeting. */
export type Message = Exclude<ServerMessage, { type: 'hello' }>;

/** `outdated`: the server speaks a protocol that this page does not know. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'outdated';

/** Who is told of what the connection brings. */
interface Listener {
  /** The server has said hello, again after each loss. */
  greeted(): void;
  told(message: Message): void;
  /** What was asked and not answered will not be answered. */
  lost(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

export class Connection {
  state: ConnectionState = $state('connecting');
  /** The server's greeting, kept while the connection is lost. */
  hello: Hello | null = $state.raw(null);

  #socket: WebSocket | null = null;
  #wait = FIRST_WAIT_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: Listener) {
    this.#open();
    // The browser knows before the socket does.
    addEventListener('offline', () => this.#socket?.close());
    addEventListener('online', () => this.#tryNow());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#tryNow();
    });
  }

  /** Sends a request, and says whether there was a connection for it. */
  send(request: Wish): boolean {
    if (this.state !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  #open(): void {
    const address = new URL(PATH, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    socket.onmessage = (frame: MessageEvent<string>) => this.#read(JSON.parse(frame.data) as ServerMessage);
    socket.onclose = () => this.#lost();
    this.#socket = socket;
  }

  #read(message: ServerMessage): void {
    if (message.type !== 'hello') {
      this.listener.told(message);
    } else if (message.protocol === VERSION) {
      this.hello = message;
      this.state = 'open';
      this.#wait = FIRST_WAIT_MS;
      this.listener.greeted();
    } else {
      this.state = 'outdated';
      this.#socket?.close();
    }
  }

  #lost(): void {
    if (this.state === 'outdated') return;
    this.state = 'lost';
    this.listener.lost();
    this.#retry = setTimeout(() => this.#open(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
  }

  /** Does not wait any longer where something speaks for another try. */
  #tryNow(): void {
    if (this.state !== 'lost' || this.#socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retry);
    this.#open();
  }
}
