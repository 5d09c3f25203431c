/** Of one replica. A Galera node has room for some hundred, and the cloud's services are there too. */
export const connectionsMax = 10

/** A network answers within milliseconds; a host that is away is passed over, and the next one tried. */
export const connectMs = 2000

/** Waiting for a connection to come free, or to be made. */
export const acquireMs = 8000

/** Galera holds back every commit for about 5 s when a node dies; what takes longer than this will not come. */
export const statementMs = 8000

/** Waiting for another transaction's row, on the server; then the whole transaction is run again. */
export const lockWaitSeconds = 3

/** A replica that stands still in the middle of a transaction must not keep its rows from the one that takes over. */
export const idleInTransactionSeconds = 3

/** A connection that nobody needs for so long is ended. */
export const idleMs = 30_000
