import type { Session } from '../session.ts'
import type { NodeAnswer } from './inspect.ts'

/** Our largest row is an alarm's body beside its recovery's state. */
const packetMinBytes = 4 * 1024 * 1024

type Values = Readonly<Record<string, string>>

/** A MariaDB server's answer about itself: https://mariadb.com/kb/en/galera-cluster-system-variables/ and …-status-variables/. */
export async function askMariadb(session: Session): Promise<NodeAnswer> {
  const variables = await valuesOf(session, 'VARIABLES', [
    ...[
      'version',
      'wsrep_on',
      'innodb_flush_log_at_trx_commit',
      'binlog_format',
      'max_allowed_packet',
      'default_storage_engine'
    ]
  ])
  const status = await valuesOf(session, 'STATUS', [
    ...['wsrep_cluster_status', 'wsrep_cluster_size', 'wsrep_local_state_comment']
  ])
  const { rows } = await session.query('SELECT unix_timestamp(now(3)) * 1000 AS nowMs', [])
  const isGalera = variables.wsrep_on === 'ON'
  const size = status.wsrep_cluster_size ?? '?'
  return {
    version: `MariaDB ${variables.version ?? '?'}, ${isGalera ? `Galera with ${size} nodes, ${status.wsrep_local_state_comment}` : 'no Galera'}`,
    nowMs: Number((rows[0] as { nowMs: string | number }).nowMs),
    concerns: [...durability(variables, isGalera), ...(isGalera ? cluster(variables, status) : alone)]
  }
}

/** PostgreSQL's standbys are for somebody else to look after; a MariaDB has its own way, and the cloud uses it. */
const alone = [
  'it is one server without Galera: when it or its machine is away, all replicas stand still, and when its disk is lost, so is what it held'
]

function durability(variables: Values, isGalera: boolean): string[] {
  const concerns: string[] = []
  if (variables.innodb_flush_log_at_trx_commit !== '1') {
    const rest = isGalera ? 'a power cut of all nodes at once' : 'a power cut'
    concerns.push(`innodb_flush_log_at_trx_commit is not 1: ${rest} loses up to a second of what was acknowledged`)
  }
  if (Number(variables.max_allowed_packet) < packetMinBytes)
    concerns.push(`max_allowed_packet is under ${packetMinBytes}: a large alarm or recovery can't be written`)
  return concerns
}

function cluster(variables: Values, status: Values): string[] {
  const concerns: string[] = []
  const size = Number(status.wsrep_cluster_size)
  if (status.wsrep_cluster_status !== 'Primary') concerns.push('it has no quorum (wsrep_cluster_status is not Primary)')
  if (status.wsrep_local_state_comment !== 'Synced')
    concerns.push(`it is not synced (${status.wsrep_local_state_comment}): it may be slow, or serve what is old`)
  if (size < 3) concerns.push(`its cluster has ${size} nodes: with fewer than 3 the loss of one stops everything`)
  if (variables.binlog_format !== 'ROW') concerns.push('binlog_format is not ROW, which Galera demands')
  if (variables.default_storage_engine !== 'InnoDB') concerns.push('default_storage_engine is not InnoDB')
  return concerns
}

async function valuesOf(session: Session, of: 'VARIABLES' | 'STATUS', names: readonly string[]): Promise<Values> {
  const { rows } = await session.query(
    `SHOW GLOBAL ${of} WHERE Variable_name IN (${names.map(() => '?').join()})`,
    names
  )
  const pairs = rows as readonly { Variable_name: string; Value: string }[]
  return Object.fromEntries(pairs.map(({ Variable_name, Value }) => [Variable_name, Value]))
}
