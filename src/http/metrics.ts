import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics, OperatorStore } from '../controller/ports/ports.ts'
import type { SegmentView } from '../controller/service/service.ts'
import type { Rules } from '../core/rules.ts'
import { ageSeconds, sparesLeft, unfenceable, withoutAlarm } from './figures.ts'
import type { ConfigurationState } from './routes/health.ts'
import { guardNames, recoveryStates, signalOutcomes } from './words.ts'

/** Where the figures come from that are read when they are asked for; each is asked several times a scrape. */
export interface MetricSources {
  summary(): ReturnType<OperatorStore['summary']>
  segments(): Promise<readonly SegmentView[]>
  /** Left out where it is never loaded anew. */
  readonly configuration?: () => ConfigurationState
  nowMs(): number
}

/** One call to an OpenStack service. `status` is its HTTP status, or what went wrong instead (timeout, reset …). */
export interface OpenstackCall {
  readonly service: string
  readonly method: string
  readonly status: number | string
  readonly seconds: number
}

export interface HttpMetrics {
  readonly registry: Registry
  /** What the controller reports. */
  readonly port: Metrics
  openstackCall(call: OpenstackCall): void
  signalReceived(outcome: string): void
  /** A request that was not served, by the last part of its problem's type. */
  refused(kind: string): void
  /** The business rules that count from now on. */
  rulesLoaded(list: Rules['list']): void
  /** Recoveries by state, holds by age and spares left are read from here at each scrape. Call it once. */
  watch(sources: MetricSources): void
}

const phaseBuckets = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]
const callBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

export function createMetrics(): HttpMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'switchover_' })
  const phases = new Histogram({
    name: 'switchover_phase_seconds',
    help: 'How long recoveries stayed in a state.',
    labelNames: ['state'],
    buckets: phaseBuckets,
    registers
  })
  const moves = new Counter({
    name: 'switchover_moves_total',
    help: 'Moves of servers that ended, by result.',
    labelNames: ['result'],
    registers
  })
  const calls = new Histogram({
    name: 'switchover_openstack_call_seconds',
    help: 'Calls to OpenStack.',
    labelNames: ['service', 'method', 'status'],
    buckets: callBuckets,
    registers
  })
  const signals = new Counter({
    name: 'switchover_signals_total',
    help: 'Signals taken over HTTP, by outcome; one that was received or unresolved first counts again when it is settled.',
    labelNames: ['outcome'],
    registers
  })
  for (const outcome of signalOutcomes) signals.inc({ outcome }, 0)
  const polls = new Counter({
    name: 'switchover_polled_signals_total',
    help: 'Signals that our own polling found: alarms whose delivery was lost, and services that Nova calls down.',
    labelNames: ['what', 'outcome'],
    registers
  })
  for (const what of ['alarm', 'service']) for (const outcome of signalOutcomes) polls.inc({ what, outcome }, 0)
  const rules = new Counter({
    name: 'switchover_rule_matches_total',
    help: 'Signals on which a business rule decided, by the rule and what it said; (none): no rule matched.',
    labelNames: ['rule', 'outcome'],
    registers
  })
  const refusals = new Counter({
    name: 'switchover_refused_requests_total',
    help: 'Requests that were not served, by kind.',
    labelNames: ['kind'],
    registers
  })
  return {
    registry,
    port: {
      phaseEnded: (state, seconds) => phases.observe({ state }, seconds),
      moveEnded: result => moves.inc({ result }),
      signalSettled: outcome => signals.inc({ outcome }),
      polled: (what, outcome) => polls.inc({ what, outcome }),
      ruleDecided: (rule = '(none)', outcome) => rules.inc({ rule, outcome })
    },
    openstackCall: ({ service, method, status, seconds }) =>
      calls.observe({ service, method, status: String(status) }, seconds),
    signalReceived: outcome => signals.inc({ outcome }),
    refused: kind => refusals.inc({ kind }),
    // A figure that comes only with the first match can't be alerted on.
    rulesLoaded: list => {
      for (const { name, then } of list) rules.inc({ rule: name, outcome: then }, 0)
    },
    watch(sources) {
      watchStore(registry, sources)
      watchSegments(registry, sources)
      watchConfiguration(registry, sources)
    }
  }
}

/** Each gauge reads for itself, for they are collected side by side; what can't be read has no figures rather than old ones. */
function watchStore(registry: Registry, { summary, nowMs }: MetricSources): void {
  gauge(registry, 'switchover_recoveries', 'Recoveries, by state.', ['state'], async set => {
    const { states } = await summary()
    // A state that nothing is in is a zero: a figure that comes and goes can't be alerted on.
    for (const state of recoveryStates) set({ state }, states[state] ?? 0)
  })
  const heldLabels = ['recovery', 'host', 'code']
  gauge(registry, 'switchover_held_age_seconds', 'How long recoveries have been held.', heldLabels, async set => {
    for (const { recovery, host, code, sinceMs } of (await summary()).held) {
      set({ recovery, host, code }, ageSeconds(sinceMs, nowMs()))
    }
  })
  gauge(registry, 'switchover_guard_holds', 'Recoveries that a guard holds.', ['guard'], async set => {
    const { held } = await summary()
    for (const guard of guardNames) set({ guard }, held.filter(one => one.guard === guard).length)
  })
  gauge(registry, 'switchover_store_up', '1 while the database can be read.', [], async set => {
    set(
      {},
      await summary().then(
        () => 1,
        () => 0
      )
    )
  })
}

function watchSegments(registry: Registry, { segments }: MetricSources): void {
  const bySegment = (name: string, help: string, figure: (segment: SegmentView) => number | undefined) =>
    gauge(registry, name, help, ['segment'], async set => {
      for (const segment of await segments()) {
        const value = figure(segment)
        if (value !== undefined) set({ segment: segment.name }, value)
      }
    })
  bySegment('switchover_spares', 'Spares, ready or not.', segment => segment.spares.length)
  bySegment('switchover_spares_left', 'Spares that are ready and free.', sparesLeft)
  bySegment(
    'switchover_hosts_without_alarm',
    'Hosts of which no alarm in Aodh would tell us.',
    segment => withoutAlarm(segment)?.length
  )
  bySegment(
    'switchover_hosts_bmc_unreadable',
    'Hosts whose power some agent could not read, or told wrongly, when this process last tried, or by which no process goes.',
    segment => unfenceable(segment)?.length
  )
  bySegment('switchover_armed', '1 if the segment is armed, 0 if it is observed.', segment => (segment.armed ? 1 : 0))
}

function watchConfiguration(registry: Registry, { configuration }: MetricSources): void {
  if (configuration === undefined) return
  const help = '1 while the file could not be loaded anew, and the old configuration stays.'
  gauge(registry, 'switchover_configuration_failed', help, [], async set => {
    set({}, configuration().failed === undefined ? 0 : 1)
  })
}

type SetFigure = (labels: Record<string, string>, figure: number) => void

function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  read: (set: SetFigure) => Promise<void>
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      this.reset()
      await read((labels, figure) => this.set(labels, figure)).catch(() => this.reset())
    }
  })
}
