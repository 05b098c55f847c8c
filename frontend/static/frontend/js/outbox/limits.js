/** Tries before a message fails. Being offline, `order` and `rate_limited` cost nothing: they are not the message's fault. */
export const MAX_TRIES = 5;
/** How long a server that is audibly alive may leave a message unanswered. */
export const ACK_TIMEOUT_MS = 5_000;
/** A longer silence does not count as time the server was alive. The connection pings more often than this while it waits. */
export const SILENCE_MS = 3_000;
/** The pause before a lane the server found out of order starts again. */
export const ORDER_WAIT_MS = 200;
/** The pause after `rate_limited` where the server names none. */
export const RATE_LIMIT_WAIT_MS = 1_000;
/** How often a lane in which nothing was refused may be called out of order before a new connection is asked for. */
export const MAX_STRAYS = 3;
