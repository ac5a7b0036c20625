/** How a cursor stands, and how it stands to the configurations in force. */
export interface CursorStanding {
  readonly subscriber: string;
  readonly waiting: number;
  readonly pending: number;
  readonly open: number;
  readonly deadLetters: number;
  /** A process whose configuration names it said so within the last minute. */
  readonly alive: boolean;
  /** For a minute and more somebody who runs has missed it, and nobody has named it. */
  readonly orphaned: boolean;
}

/** An endpoint's log and every cursor that has books there. */
export interface EndpointStanding {
  readonly endpoint: string;
  /** In the log now. */
  readonly messages: number;
  readonly cursors: readonly CursorStanding[];
}
