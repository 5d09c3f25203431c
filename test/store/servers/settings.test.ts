import { expect, test } from '@jest/globals'
import { sayFailure } from '../../../src/store/database/servers/advice.ts'
import { askMariadb } from '../../../src/store/database/servers/inspection/mariadb-settings.ts'
import type { Session } from '../../../src/store/database/servers/session.ts'

/** A MariaDB that says these of itself. */
function mariadb(variables: Record<string, string>, status: Record<string, string>): Session {
  const rowsOf = (values: Record<string, string>) =>
    Object.entries(values).map(([Variable_name, Value]) => ({ Variable_name, Value }))
  return {
    async query(text) {
      if (text.includes('unix_timestamp')) return { rows: [{ nowMs: '1800000000000' }] }
      return { rows: rowsOf(text.includes('VARIABLES') ? variables : status) }
    },
    encryption: () => undefined,
    onEnd() {},
    end() {},
    destroy() {}
  }
}

const well = {
  version: '10.11.6-MariaDB',
  innodb_flush_log_at_trx_commit: '1',
  binlog_format: 'ROW',
  max_allowed_packet: '16777216',
  default_storage_engine: 'InnoDB'
}

test('one MariaDB without Galera is warned of in plain words', async () => {
  const { version, concerns } = await askMariadb(mariadb({ ...well, wsrep_on: 'OFF' }, {}))
  expect(version).toBe('MariaDB 10.11.6-MariaDB, no Galera')
  expect(concerns).toEqual([
    expect.stringMatching(/^it is one server without Galera: when it .* all replicas stand still/)
  ])
})

test('a Galera of three nodes that is set up well is not', async () => {
  const status = { wsrep_cluster_status: 'Primary', wsrep_cluster_size: '3', wsrep_local_state_comment: 'Synced' }
  expect((await askMariadb(mariadb({ ...well, wsrep_on: 'ON' }, status))).concerns).toEqual([])
})

test.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:3306', /^connect ECONNREFUSED 10.0.0.1:3306: nothing listens there/],
  ['ECONNREFUSED', '', /^ECONNREFUSED: nothing listens there/],
  ['HANDSHAKE_SSL_ERROR', "Hostname/IP does not match certificate's altnames: …", /certificate is for another name/],
  ['HANDSHAKE_SSL_ERROR', 'certificate has expired', /renew it$/],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    /^unable to verify the first certificate: name the file/
  ],
  ['EPIPE', 'write EPIPE', /^write EPIPE$/]
])('a failure of the way there says what to do: %s', (code, message, words) => {
  expect(sayFailure(Object.assign(new Error(message), { code }), undefined)).toMatch(words)
})
