/** What became of an event. */
export interface Outcome {
  /** The event's id, 32 hexadecimal digits. */
  id: string;
  /** The event's name. */
  name: string;
  /**
   * In the collector's words: `accepted`, `duplicate`, `filtered`, `invalid`, `too_old`, `too_large`; `refused` where the whole
   * batch was, `dropped` where it was never sent.
   */
  outcome: string;
  /** Why; for `dropped` one of `queue_full`, `too_large`, `closed`. */
  reason?: string;
}

/** What a client is told once. */
export interface ClientOptions {
  /** The collector's address, `https://your-collector.example`. */
  url: string;
  /** The site's domain. */
  site: string;
  /** A key that may write. */
  key: string;
  /** Signs what is sent instead of sending the key along, which must be one of the site's then. The clock may be 300 s off. */
  sign?: boolean;
  /** How long an event waits for others, in milliseconds; 1,000 without it. */
  waitMs?: number;
  /** How many bytes of events may wait; 8 MiB without it. What comes beyond is dropped and counted. */
  queueBytes?: number;
  /** Is told of each event what became of it. */
  onOutcome?: (outcome: Outcome) => void;
}

/** What every event may have. */
export interface EventOptions {
  /** The page or address that it is about; the site's first page without it. */
  url?: string;
  /** The visitor's IP address: with the user agent it says which visit it is, and is never kept. */
  ip?: string;
  /** The visitor's user agent; without it the server speaks of itself. */
  userAgent?: string;
  /** Where the visitor came from. */
  referrer?: string;
  /** Up to 30 of them. */
  props?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  /** Money that it brought, with the currency's ISO 4217 code. */
  revenue?: { amount: number | string; currency: string };
  /** Whether the visitor did it, so that the visit is no bounce; true without it. */
  interactive?: boolean;
  /** When it was, at most 24 hours ago; now without it. */
  at?: Date | number;
  /** 32 hexadecimal digits; the same id counts once. Random without it. */
  id?: string;
}

/** A request that the server answered. */
export interface RequestFields extends EventOptions {
  method: string;
  /** The route's template, such as `/orders/:id`. */
  route: string;
  status?: number;
  duration_ms?: number;
  bytes_in?: number;
  bytes_out?: number;
}

/** A command that somebody ran. */
export interface CommandFields extends EventOptions {
  name: string;
  /** The names of its flags, without their values. */
  flags?: readonly string[];
  success?: boolean;
  duration_ms?: number;
  version?: string;
}

/** Sends events to one site. */
export class Passerby {
  constructor(options: ClientOptions);
  /** How many events have no outcome yet. */
  readonly waiting: number;
  /** How many events were given up. */
  readonly dropped: number;
  /** Reports an event by a name of yours; `pageview` counts a page. Gives its id, or nothing where it cannot be written as JSON. */
  track(name: string, options?: EventOptions): string | undefined;
  /** Reports a request. */
  request(fields: RequestFields): string | undefined;
  /** Reports a command. */
  command(fields: CommandFields): string | undefined;
  /** Sends what waits, without waiting for more. True when nothing waits any longer, false when the time is over. */
  flush(options?: { timeoutMs?: number }): Promise<boolean>;
  /** The same, and then takes no more; what still waits is dropped. */
  close(options?: { timeoutMs?: number }): Promise<boolean>;
}
