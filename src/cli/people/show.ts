import type { DryRunView } from '../../schemas/dry-run.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { Client, Told } from './client.ts'
import { findRecovery } from './find.ts'
import { type Line, layout, line } from './layout.ts'
import { reasonOf, standing, whatNow } from './text/head.ts'
import { evidenceOf, guardsOf, proofsOf, rulesOf } from './text/judgement.ts'
import { movesOf, planOf, timelineOf } from './text/moves.ts'

export interface Output {
  readonly json: boolean
  /** `columns`: of the terminal, where there is one. */
  readonly out: { readonly columns?: number; write(text: string): unknown }
}

/** Shows one recovery, from what it waits for to the end of its timeline. */
export async function show(
  client: Client,
  name: string,
  { json, all, out }: Output & { readonly all: boolean }
): Promise<void> {
  const told = await findRecovery(client, name)
  out.write(json ? told.json : wholeOf(told, all, out.columns))
}

function wholeOf({ said: view, nowMs }: Told<RecoveryView>, all: boolean, width: number | undefined): string {
  return layout(
    [
      standing(view, nowMs),
      reasonOf(view, nowMs),
      whatNow(view),
      evidenceOf(view.evidence, nowMs),
      rulesOf(view),
      guardsOf(view.guards, nowMs, all),
      planOf(view.plan),
      proofsOf(view, nowMs),
      movesOf(view, nowMs, all),
      timelineOf(view, nowMs, all)
    ],
    width
  )
}

/** What somebody has to have read who decides about it. */
export function shortly({ said: view, nowMs }: Told<RecoveryView>, width: number | undefined): string {
  const holding = view.guards?.filter(({ holds }) => holds)
  return layout(
    [
      standing(view, nowMs),
      reasonOf(view, nowMs),
      evidenceOf(view.evidence, nowMs),
      ...(holding === undefined || holding.length === 0 ? [] : [guardsOf(holding, nowMs, true)]),
      planOf(view.plan)
    ],
    width
  )
}

/** Whoever reports a host that is well, or empty, should know before that nothing comes of it. */
function asItIs({ evidence, plan }: DryRunView): Line[] {
  return [
    ...(answers(evidence) ? [line('as things are it answers: a report of it would be dismissed')] : []),
    ...(plan !== undefined && plan.moves.length + plan.staying.length === 0 ? [line('no server is on it')] : [])
  ]
}

/** At one look Nova's word may still be missing of a host that is well. */
function answers(evidence: DryRunView['evidence']): boolean {
  const { verdict = 'unknown', observations = [] } = evidence ?? {}
  return verdict === 'healthy' || (verdict === 'unknown' && observations.some(({ says }) => says === 'alive'))
}

/** What would happen if the host died now. */
export function dryRunText({ said, nowMs }: Told<DryRunView>, all: boolean, width: number | undefined): string {
  const { host, segment, summary, evidence, guards, plan } = said
  return layout(
    [
      { label: host, lines: [line(`of ${segment}, if it died now: ${summary}`), ...asItIs(said)] },
      evidenceOf(evidence, nowMs),
      guardsOf(guards, nowMs, all),
      planOf(plan)
    ],
    width
  )
}
