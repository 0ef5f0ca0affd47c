// The websocket: it opens, reads and writes messages, and opens again when it is lost.

import { PATH, VERSION, type Hello, type Request, type ServerMessage, type Setup } from '../protocol';

/** A setup may leave out what the server then decides. */
export type Wish = Request | ({ type: 'create' } & Partial<Setup>);

/** `outdated`: the server speaks a protocol that this page does not know. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'outdated';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

export class Connection {
  state: ConnectionState = $state('connecting');
  /** The server's greeting, kept while the connection is lost. */
  hello: Hello | null = $state(null);

  #socket: WebSocket | null = null;
  #wait = FIRST_WAIT_MS;

  /**
   * @param greeted called when the server has said hello, again after each loss
   * @param told called with every other message
   */
  constructor(
    private readonly greeted: () => void,
    private readonly told: (message: Exclude<ServerMessage, { type: 'hello' }>) => void,
  ) {
    this.#open();
  }

  /** Sends a request, or drops it when there is no connection: `greeted` is the time to ask again. */
  send(request: Wish): void {
    if (this.state === 'open') this.#socket?.send(JSON.stringify(request));
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
      this.told(message);
    } else if (message.protocol === VERSION) {
      this.hello = message;
      this.state = 'open';
      this.#wait = FIRST_WAIT_MS;
      this.greeted();
    } else {
      this.state = 'outdated';
      this.#socket?.close();
    }
  }

  #lost(): void {
    if (this.state === 'outdated') return;
    this.state = 'lost';
    setTimeout(() => this.#open(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
  }
}
