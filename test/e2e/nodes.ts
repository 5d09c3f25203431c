import { createApi } from './api.ts'
import { type BmcFacts, createLab, type Lab } from './lab.ts'
import { until } from './until.ts'

export interface NodeFacts {
  readonly uuid: string
  readonly power_state: string | null
  readonly maintenance: boolean
  readonly maintenance_reason: string | null
  readonly fault: string | null
  readonly last_error: string | null
}

/** Hosts as nodes of the cloud's own Ironic, under their names; its conductor powers each by the BMC that the host has. */
export interface Nodes {
  node(host: string): Promise<NodeFacts>
  /** With a person's reason, or undefined: no maintenance. */
  maintain(host: string, reason: string | undefined): Promise<void>
  /** By Ironic; resolves when that is done. */
  power(host: string, target: 'power on' | 'power off'): Promise<void>
  /** From now on the node's BMC refuses Ironic's conductor, as after a change of its password. */
  lockOut(host: string): Promise<void>
  remove(): Promise<void>
}

const patienceMs = 90_000

/** Why this cloud's Ironic can't be asked to power hosts by their BMCs; undefined if it can. */
export async function lackOfNodes(): Promise<string | undefined> {
  const { SWITCHOVER_LAB: command, SWITCHOVER_EMULATOR: emulator } = process.env
  if (command === undefined || emulator !== undefined) return 'the cloud has no Ironic'
  const api = createApi(await createLab(command).env())
  const answer = await api.call('ironic', 'GET', '/v1/drivers').catch(() => undefined)
  if (answer?.code !== 200) return 'the cloud has no Ironic'
  const { drivers } = answer.body as { drivers: { name: string }[] }
  return drivers.some(({ name }) => name === 'ipmi')
    ? undefined
    : "the cloud's Ironic has no hardware type ipmi: test/e2e/README.md says how to give it one"
}

/** Makes nodes of these hosts; resolves when Ironic has seen that they are on. */
export async function enrolNodes(lab: Lab, hosts: readonly string[]): Promise<Nodes> {
  const api = createApi(await lab.env())
  const bmcs = (await lab.bmcConfig()).filter(({ host }) => hosts.includes(host))

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await api.call('ironic', method, `/v1/nodes${path}`, { body })
    if (answer.code >= 300) throw new Error(`${method} ${path} answered ${answer.code}: ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
  /** Until no conductor holds the node's lock. */
  const insist = (what: string, method: string, path: string, body?: unknown) =>
    until(what, patienceMs, async () => {
      await call(method, path, body)
      return true
    })
  const node = (host: string) => call<NodeFacts>('GET', `/${host}`)
  async function power(host: string, target: 'power on' | 'power off'): Promise<void> {
    await insist(`${host}: ${target}`, 'PUT', `/${host}/states/power`, { target })
    await until(`${host} to be at ${target}`, patienceMs, async () => (await node(host)).power_state === target)
  }
  async function remove(): Promise<void> {
    const { nodes } = await call<{ nodes: { name: string }[] }>('GET', '')
    for (const { name } of nodes.filter(one => hosts.includes(one.name)))
      await insist(`${name} to leave Ironic`, 'DELETE', `/${name}`)
  }

  // A run that was killed leaves its nodes, and their maintenance.
  await remove()
  for (const bmc of bmcs) {
    await call('POST', '', nodeOf(bmc))
    await insist(`${bmc.host} to be managed`, 'PUT', `/${bmc.host}/states/provision`, { target: 'manage' })
  }
  for (const { host } of bmcs)
    await until(
      `Ironic to see that ${host} is on`,
      patienceMs,
      async () => (await node(host)).power_state === 'power on'
    )
  return {
    node,
    async maintain(host, reason) {
      const [method, body] = reason === undefined ? (['DELETE', undefined] as const) : (['PUT', { reason }] as const)
      await insist(`the maintenance of ${host}`, method, `/${host}/maintenance`, body)
    },
    power,
    async lockOut(host) {
      const patch = [{ op: 'replace', path: '/driver_info/ipmi_password', value: 'not it' }]
      await insist(`another password for the BMC of ${host}`, 'PATCH', `/${host}`, patch)
    },
    remove
  }
}

/** By IPMI: simulated BMCs often leave out of Redfish what Ironic's driver asks for. */
function nodeOf({ host, ipmi_address: address, ipmi_port: port, user, password }: BmcFacts): Record<string, unknown> {
  return {
    name: host,
    driver: 'ipmi',
    management_interface: 'noop',
    driver_info: {
      ...{ ipmi_address: address, ipmi_port: port, ipmi_username: user, ipmi_password: password },
      // Simulators know no newer cipher suite.
      ipmi_cipher_suite: 3
    }
  }
}
