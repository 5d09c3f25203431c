const longText = '{longText}'

function index(name: string, on: string): string {
  return `CREATE INDEX IF NOT EXISTS ${name} ON ${on}`
}

function table(name: string, columns: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (${columns}\n) {tableSuffix}`
}

/**
 * One DDL statement each, each safe to repeat, never changed or reordered once released: DDL does not roll back
 * everywhere, so a start that was cut short simply goes on. `schema` in `meta` is how many of them are done.
 * Times are ms by the database's clock, ids our UUIDs, JSON is text. What stands in braces comes from the dialect.
 */
export const migrations: readonly string[] = [
  // `active_key` is the host while the recovery is open and NULL afterwards: at most one open recovery a host.
  table(
    'recoveries',
    `
    id varchar(64) NOT NULL PRIMARY KEY,
    host varchar(255) NOT NULL,
    segment varchar(255) NOT NULL,
    origin varchar(16) NOT NULL,
    continues varchar(64),
    active_key varchar(255) UNIQUE,
    state varchar(32) NOT NULL,
    outcome varchar(32),
    version integer NOT NULL,
    seq integer NOT NULL,
    signals integer NOT NULL,
    data ${longText} NOT NULL,
    plan_version integer NOT NULL,
    owner varchar(255),
    epoch integer NOT NULL,
    lease_ttl bigint NOT NULL,
    lease_until bigint NOT NULL,
    opened_at bigint NOT NULL,
    acted_at bigint,
    isolated_at bigint,
    lifted_at bigint,
    closed_at bigint`
  ),
  index('recoveries_opened', 'recoveries (opened_at, id)'),
  index('recoveries_host', 'recoveries (host, opened_at)'),
  index('recoveries_state', 'recoveries (state)'),
  index('recoveries_acted', 'recoveries (acted_at)'),
  index('recoveries_closed', 'recoveries (closed_at)'),
  index('recoveries_isolated', 'recoveries (lifted_at, isolated_at)'),
  table(
    'signals',
    `
    id varchar(64) NOT NULL PRIMARY KEY,
    dedupe_key varchar(400) UNIQUE,
    source varchar(16) NOT NULL,
    actor varchar(255) NOT NULL,
    host varchar(255),
    alarm_id varchar(255),
    alarm ${longText},
    reason ${longText},
    body ${longText},
    outcome varchar(16) NOT NULL,
    because ${longText} NOT NULL,
    recovery_id varchar(64),
    cleared integer NOT NULL,
    received_at bigint NOT NULL,
    settled_at bigint,
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  index('signals_received', 'signals (received_at, id)'),
  index('signals_outcome', 'signals (outcome, received_at)'),
  index('signals_alarm', 'signals (alarm_id, host, cleared)'),
  index('signals_recovery', 'signals (recovery_id)'),
  table(
    'steps',
    `
    recovery_id varchar(64) NOT NULL,
    kind varchar(32) NOT NULL,
    target varchar(255) NOT NULL,
    attempt integer NOT NULL,
    state varchar(16) NOT NULL,
    epoch integer NOT NULL,
    written_at bigint NOT NULL,
    data ${longText} NOT NULL,
    PRIMARY KEY (recovery_id, kind, target, attempt),
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  // Append-only. The numbers of one recovery have no gap: `seq` counts in its row, in the same transaction.
  table(
    'events',
    `
    recovery_id varchar(64) NOT NULL,
    seq integer NOT NULL,
    at bigint NOT NULL,
    kind varchar(32) NOT NULL,
    actor varchar(255) NOT NULL,
    epoch integer,
    target varchar(255),
    text ${longText} NOT NULL,
    data ${longText},
    PRIMARY KEY (recovery_id, seq),
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  table(
    'commands',
    `
    id varchar(64) NOT NULL PRIMARY KEY,
    recovery_id varchar(64) NOT NULL,
    kind varchar(16) NOT NULL,
    actor varchar(255) NOT NULL,
    reason ${longText} NOT NULL,
    version integer NOT NULL,
    host varchar(255),
    server varchar(255),
    at bigint NOT NULL,
    result ${longText},
    done_at bigint,
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  index('commands_recovery', 'commands (recovery_id, done_at)'),
  table(
    'targets',
    `
    host varchar(255) NOT NULL PRIMARY KEY,
    state varchar(16) NOT NULL,
    recovery_id varchar(64),
    version integer NOT NULL,
    changed_at bigint NOT NULL,
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  table(
    'slots',
    `
    pool varchar(300) NOT NULL,
    idx integer NOT NULL,
    holder varchar(255),
    recovery_id varchar(64),
    PRIMARY KEY (pool, idx),
    FOREIGN KEY (recovery_id) REFERENCES recoveries (id)`
  ),
  index('slots_recovery', 'slots (recovery_id, holder)'),
  table(
    'duties',
    `
    duty varchar(255) NOT NULL PRIMARY KEY,
    owner varchar(255) NOT NULL,
    until_at bigint NOT NULL,
    last_done_at bigint,
    last_error ${longText}`
  ),
  table(
    'outbox',
    `
    id varchar(64) NOT NULL PRIMARY KEY,
    recovery_id varchar(64) NOT NULL,
    type varchar(255) NOT NULL,
    data ${longText} NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts integer NOT NULL,
    last_error ${longText}`
  ),
  // Append-only, so that it can be read who armed what and when; the newest row counts.
  table(
    'arming',
    `
    seq integer NOT NULL PRIMARY KEY,
    at bigint NOT NULL,
    actor varchar(255) NOT NULL,
    reason ${longText} NOT NULL,
    data ${longText} NOT NULL`
  ),
  index('signals_heard', 'signals (alarm_id, received_at, actor)'),
  // What was seen again and again, since when and when last: storms, and that somebody watches.
  table(
    'sightings',
    `
    what varchar(255) NOT NULL PRIMARY KEY,
    since_at bigint NOT NULL,
    seen_at bigint NOT NULL`
  ),
  // The business rules that were tried, in order.
  `ALTER TABLE signals ADD COLUMN {ifNewColumn}rules ${longText}`,
  // Agents that said off of a host that reported. By another way to the host's power it is not the same agent.
  table(
    'disbeliefs',
    `
    host varchar(255) NOT NULL,
    agent varchar(255) NOT NULL,
    way varchar(64) NOT NULL,
    since_at bigint NOT NULL,
    said_at bigint NOT NULL,
    heard_by varchar(255) NOT NULL,
    PRIMARY KEY (host, agent, way)`
  )
]

/** Where the schema's version lives; it is there before everything else. */
export const metaTable = table('meta', 'k varchar(64) NOT NULL PRIMARY KEY, v varchar(255) NOT NULL')
