import type { ContractCase } from '../contract-case.ts'
import { answered } from '../steps/evacuate.ts'
import { createReceiver, type Receiver } from '../steps/receiver.ts'
import { shapeOf } from '../steps/shape.ts'
import { type Stage, source, target } from '../steps/stage.ts'

/** Aodh: how often an event alarm fires, at whom, and what it sends. */
export const alarms: readonly ContractCase[] = [
  {
    name: 'event-alarms',
    asks: 'Which alarms fire when a host is said to be down, and how often?',
    telling: true,
    async play(stage) {
      const receiver = await createReceiver()
      try {
        await fire(stage, receiver)
      } finally {
        receiver.close()
      }
    }
  },
  {
    name: 'alarms-api',
    asks: 'What does Aodh tell of an alarm, and what does it refuse?',
    async play(stage) {
      const alarm = await stage.lab.alarm('http://127.0.0.1:9/hook', source)
      const ask = async (step: string, method: string, path: string, body?: unknown) => {
        const answer = await stage.call(method, path, { of: 'aodh', ...(body === undefined ? {} : { body }) })
        stage.note(step, { ...answered(answer), body: shapeOf(answer.body) })
      }
      await ask('one alarm', 'GET', `/v2/alarms/${alarm}`)
      await ask('all of one state', 'GET', '/v2/alarms?q.field=state&q.op=eq&q.value=alarm')
      await ask('its state', 'GET', `/v2/alarms/${alarm}/state`)
      await ask('its state is set', 'PUT', `/v2/alarms/${alarm}/state`, 'alarm')
      await ask('all of that state', 'GET', '/v2/alarms?q.field=state&q.op=eq&q.value=alarm')
      await ask('its transitions', 'GET', `/v2/alarms/${alarm}/history?${transitions}`)
      await ask('its state is set to one that is none', 'PUT', `/v2/alarms/${alarm}/state`, 'angry')
      await ask('an alarm that is not there', 'GET', '/v2/alarms/00000000-0000-0000-0000-000000000000')
      await ask('it is deleted', 'DELETE', `/v2/alarms/${alarm}`)
      await ask('it is deleted again', 'DELETE', `/v2/alarms/${alarm}`)
    }
  }
]

const transitions = 'q.field=type&q.op=eq&q.value=state%20transition'

async function fire(stage: Stage, receiver: Receiver): Promise<void> {
  const { deliveries, url } = receiver
  const count = (path: string) => deliveries.filter(delivery => delivery.path === path).length
  const ids = {
    once: await stage.lab.alarm(`${url}/once`, source),
    repeated: await stage.lab.alarm(`${url}/repeated`, source, { repeat: true }),
    broken: await stage.lab.alarm(`${url}/broken`, source),
    otherHost: await stage.lab.alarm(`${url}/other-host`, target),
    otherProject: await createAlarmOfDemo(stage, `${url}/other-project`)
  }
  for (const [name, id] of Object.entries(ids)) stage.named(id, name)

  const emitAndCount = async (step: string, repeated: number) => {
    await stage.lab.emit(source)
    await stage.until(30, async () => count('/repeated') >= repeated)
    await stage.pass(6)
    const paths = ['/once', '/repeated', '/broken', '/other-host', '/other-project']
    const states = await Promise.all([ids.once, ids.otherHost].map(id => stateOf(stage, id)))
    stage.note(step, { fired: Object.fromEntries(paths.map(path => [path, count(path)])), states })
  }
  await emitAndCount('the host is said to be down', 1)
  const { body, headers } = deliveries.find(({ path }) => path === '/once')!
  const { alarm_id, severity, previous, current } = body
  stage.note('what was sent', { alarm_id, severity, previous, current, shape: shapeOf(body), traits: traitsOf(body) })
  stage.note('with which headers', {
    type: headers['content-type'],
    requestId: String(headers['x-openstack-request-id']).startsWith('req-')
  })
  await emitAndCount('said again', 2)
  stage.note('what it wrote down', {
    once: await writtenOf(stage, ids.once),
    repeated: await writtenOf(stage, ids.repeated)
  })
  await stage.call('PUT', `/v2/alarms/${ids.once}/state`, { of: 'aodh', body: 'ok' })
  await stage.pass(3)
  stage.note('its state is set to ok', { fired: count('/once'), state: await stateOf(stage, ids.once) })
  await emitAndCount('... and said once more', 3)
}

/** The states that it came to, and whether its state still has the date at which it was made. */
async function writtenOf(stage: Stage, id: string): Promise<object> {
  const read = async (path: string) => (await stage.call('GET', `/v2/alarms/${id}${path}`, { of: 'aodh' })).body
  const changes = (await read(`/history?${transitions}`)) as { detail: string }[]
  const alarm = (await read('')) as { timestamp: string; state_timestamp: string }
  return {
    states: changes.map(({ detail }) => (JSON.parse(detail) as { state: string }).state),
    datedWhenMade: alarm.state_timestamp === alarm.timestamp
  }
}

/** An alarm of another project than the event's. */
async function createAlarmOfDemo(stage: Stage, url: string): Promise<string> {
  const query = [{ field: 'traits.host', op: 'eq', type: 'string', value: source }]
  const body = {
    name: 'of demo',
    type: 'event',
    alarm_actions: [url],
    repeat_actions: true,
    event_rule: { event_type: 'compute.host.down', query }
  }
  const answer = await stage.call('POST', '/v2/alarms', { of: 'aodh', as: 'demo', body })
  return (answer.body as { alarm_id: string }).alarm_id
}

async function stateOf(stage: Stage, alarm: string): Promise<unknown> {
  return (await stage.call('GET', `/v2/alarms/${alarm}/state`, { of: 'aodh' })).body
}

function traitsOf(body: Record<string, unknown>): unknown {
  const { event } = body.reason_data as { event: { event_type: string; traits: [string, number, unknown][] } }
  const named = event.traits.map(([name, type]) => `${name} ${type}`).sort()
  return { type: event.event_type, host: event.traits.find(([name]) => name === 'host')?.[2], named }
}
