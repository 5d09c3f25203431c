import type { ScenarioEvent } from '../../../emulator/scenario-event.ts'
import { messageOf } from '../../../errors.ts'
import type { Watch } from '../seen/watch.ts'
import { ApiError, type CommandWord } from '../stage/api.ts'
import type { Stage } from '../stage/stage.ts'
import { postAlarm } from './post-alarm.ts'

/** What Aodh and people say to the service, over HTTP. Answers how that went, in a word or a sentence. */
export async function speak(event: ScenarioEvent, stage: Stage, watch: Watch): Promise<string> {
  try {
    return await say(event, stage, watch)
  } catch (error) {
    // A refusal is a part of the story.
    if (error instanceof ApiError) return messageOf(error)
    throw error
  }
}

async function say(event: ScenarioEvent, stage: Stage, watch: Watch): Promise<string> {
  const { api, lab } = stage
  switch (event.do) {
    case 'alarm':
      await lab('emit', event.host)
      return 'Aodh POSTs its alarm'
    case 'ok':
    case 'insufficient data':
      return await postAlarm(stage, event.host, event.do)
    case 'trigger':
      await api.trigger(event.host, 'as the scenario says')
      return 'accepted'
    case 'arm':
    case 'disarm':
      await api.arm(event.do === 'arm', 'as the scenario says')
      return 'done'
    case 'approve':
    case 'retry':
    case 'cancel':
      return await command(stage, watch, event.do, event.host, {})
    case 'vouch':
      return await command(stage, watch, 'vouch', event.of, vouchBody(event))
    default:
      throw new Error(`nobody can say ${event.do}`)
  }
}

function vouchBody({ host, server }: { readonly host?: string; readonly server?: string }): object {
  return { ...(host === undefined ? {} : { host }), ...(server === undefined ? {} : { server }) }
}

/** With the version that is seen now, as a person would send it. */
async function command(stage: Stage, watch: Watch, word: CommandWord, host: string, more: object): Promise<string> {
  const { recoveries } = await watch.look()
  const seen = recoveries.findLast(recovery => recovery.host === host)
  if (seen === undefined) return 'there is no recovery'
  await stage.api.command(seen.id, word, { ...more, version: seen.version, reason: 'as the scenario says' })
  return 'accepted'
}
