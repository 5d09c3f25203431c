import type { ContractCase } from '../contract-case.ts'
import { answered } from '../steps/evacuate.ts'
import { type Stage, type StageRequest, source, target } from '../steps/stage.ts'

const unknown = '00000000-0000-0000-0000-000000000000'

/** Who may not, what is not there, and what is not understood: codes and messages. */
export const refusals: readonly ContractCase[] = [
  {
    name: 'tokens',
    asks: 'What does each service answer without a token, or with a wrong one?',
    async play(stage) {
      const paths = [
        ['nova', '/os-services'],
        ['placement', '/resource_providers'],
        ['aodh', '/v2/alarms'],
        ['neutron', '/v2.0/ports']
      ] as const
      for (const [of, path] of paths) {
        await refused(stage, `${of}: a token that is none`, 'GET', path, { of, headers: { 'x-auth-token': 'none' } })
      }
      const auth = {
        identity: {
          methods: ['password'],
          password: { user: { name: 'admin', domain: { name: 'Default' }, password: 'wrong' } }
        },
        scope: { project: { name: 'admin', domain: { name: 'Default' } } }
      }
      await refused(stage, 'keystone: a wrong password', 'POST', '/auth/tokens', { of: 'keystone', body: { auth } })
      await refused(stage, 'keystone: a subject that is none', 'GET', '/auth/tokens', {
        of: 'keystone',
        headers: { 'x-subject-token': 'none' }
      })
    }
  },
  {
    name: 'refused-reads',
    asks: 'What does Nova answer to a question that it does not allow or understand?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await refused(stage, 'services, no admin', 'GET', '/os-services', { as: 'demo' })
      await refused(stage, 'migrations, no admin', 'GET', '/os-migrations', { as: 'demo' })
      await refused(stage, "another project's server", 'GET', `/servers/${server}`, { as: 'demo' })
      await refused(stage, 'a server that is not there', 'GET', `/servers/${unknown}`)
      await refused(stage, 'an unknown query', 'GET', '/servers/detail?no_such_filter=1')
      await refused(stage, 'an unknown query about migrations', 'GET', '/os-migrations?no_such_filter=1')
      await refused(stage, 'a marker that is not there', 'GET', `/servers/detail?marker=${unknown}`)
      await refused(stage, 'a path that is none', 'GET', '/no-such-path')
      await refused(stage, 'actions of no server', 'GET', `/servers/${unknown}/os-instance-actions`)
      await refused(stage, 'a microversion that is none', 'GET', '/os-services', { microversion: 'two' })
      await refused(stage, 'a microversion too old', 'GET', '/os-services', { microversion: '2.0' })
      await refused(stage, 'a microversion too new', 'GET', '/os-services', { microversion: '2.999' })
    }
  },
  {
    name: 'refused-actions',
    asks: 'Which actions on a server are refused, and how?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      const act = (step: string, body: Record<string, unknown>, id = server!, how: StageRequest = {}) =>
        refused(stage, step, 'POST', `/servers/${id}/action`, { body, ...how })
      await act('start of one that is active', { 'os-start': null })
      await act('an action that is none', { 'no-such-action': null })
      await act('two actions', { 'os-stop': null, 'os-start': null })
      await act('resetState to a state that is none', { 'os-resetState': { state: 'happy' } })
      await act('resetState, no admin', { 'os-resetState': { state: 'error' } }, server, { as: 'demo' })
      await act('resetState of no server', { 'os-resetState': { state: 'error' } }, unknown)
      await act('stop of no server', { 'os-stop': null }, unknown)
      await act('reboot of no server', { reboot: { type: 'HARD' } }, unknown)
      await act('lock of no server', { lock: null }, unknown)
      await act('reboot without a type', { reboot: {} })
      await act('migrate to a host that is none', { migrate: { host: 'compute-99' } })
      await act('unpause of one that runs', { unpause: null })
      await act('confirm of no resize', { confirmResize: null })
      await refused(stage, 'delete of no server', 'DELETE', `/servers/${unknown}`)
    }
  },
  {
    name: 'services-put',
    asks: 'Which changes of a service are taken, and what does it read then?',
    telling: true,
    async play(stage) {
      const put = async (step: string, host: string, body: Record<string, unknown>) => {
        const answer = await stage.putService(host, body)
        const { status, state, forced_down, disabled_reason } = await stage.service(host)
        stage.note(step, { ...answered(answer), service: { status, state, forced_down, disabled_reason } })
      }
      await put('disabled with a reason, and forced down, in one', source, {
        status: 'disabled',
        disabled_reason: 'it is dead',
        forced_down: true
      })
      await put('the same again', source, { status: 'disabled', disabled_reason: 'it is dead', forced_down: true })
      await put('another reason', source, { status: 'disabled', disabled_reason: 'it is dead indeed' })
      await put('disabled without a reason', source, { status: 'disabled' })
      await put('forced up alone', source, { forced_down: false })
      await put('enabled', source, { status: 'enabled' })
      await put('a reason without disabled', source, { disabled_reason: 'none' })
      await put('forced down with a reason alone', source, { forced_down: true, disabled_reason: 'none' })
      await put('forced up again', source, { forced_down: false })
      await put('enabled with a reason', source, { status: 'enabled', disabled_reason: 'none' })
      await put('a status that is none', source, { status: 'tired' })
      await put('a key that is none', source, { mood: 'good' })
      await put('nothing', source, {})
      await put('forced_down as a text', source, { forced_down: 'yes' })
      await refused(stage, 'a service that is not there', 'PUT', `/os-services/${unknown}`, {
        body: { forced_down: true }
      })
      const { id } = await stage.service(target)
      await refused(stage, 'no admin', 'PUT', `/os-services/${id}`, { body: { forced_down: true }, as: 'demo' })
    }
  },
  {
    name: 'aggregates',
    asks: 'How is a host taken into an aggregate, and out of it?',
    async play(stage) {
      const { body } = await stage.call('GET', '/os-aggregates')
      const { aggregates } = body as { aggregates: { id: number; name: string; hosts: string[] }[] }
      const { id, hosts } = aggregates.find(({ name }) => name === 'rack-1')!
      const act = async (step: string, action: Record<string, unknown>, of: number | string = id) => {
        const answer = await stage.call('POST', `/os-aggregates/${of}/action`, { body: action })
        const after = (await stage.call('GET', `/os-aggregates/${id}`)).body as { aggregate: { hosts: string[] } }
        const added = after.aggregate.hosts.filter(host => !hosts.includes(host))
        const removed = hosts.filter(host => !after.aggregate.hosts.includes(host))
        const { code, message } = answered(answer)
        const said = typeof message === 'string' ? message.replaceAll(`ggregate ${id}`, 'ggregate <rack-1>') : message
        stage.note(step, { code, message: said, added, removed })
      }
      await act('a member is added', { add_host: { host: source } })
      await act('a host is removed', { remove_host: { host: source } })
      await act('it is removed again', { remove_host: { host: source } })
      await act('it is added', { add_host: { host: source } })
      await act('a host that is none is added', { add_host: { host: 'compute-99' } })
      await act('to an aggregate that is none', { add_host: { host: source } }, 9999)
      await act('an action that is none', { shake: { host: source } })
    }
  }
]

async function refused(
  stage: Stage,
  step: string,
  method: string,
  path: string,
  request: StageRequest = {}
): Promise<void> {
  const answer = await stage.call(method, path, request)
  const keys = typeof answer.body === 'object' && answer.body !== null ? Object.keys(answer.body) : undefined
  stage.note(step, { ...answered(answer), keys })
}
