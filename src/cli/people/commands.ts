import { type Command, InvalidArgumentError } from 'commander'
import type { Environment } from '../../config/read-yaml.ts'
import { sayError } from '../say-error.ts'
import { type AccessWords, accessOf } from './access.ts'
import { showArming, switchArming } from './arm.ts'
import { type Client, createClient } from './client.ts'
import { recover } from './recover.ts'
import { resolve } from './resolve.ts'
import { type Saying, say, type Word } from './say.ts'
import { type Output, show } from './show.ts'
import { status } from './status.ts'

interface Shared {
  readonly env: Environment
  readonly out: Output['out']
  readonly err: { write(text: string): unknown }
}

interface Words extends AccessWords {
  readonly json?: boolean
}

interface Deed extends Words {
  readonly reason: string
  readonly yes?: boolean
}

type Look = Words & { readonly all?: boolean }
type Report = Look & { readonly reason?: string; readonly dryRun?: boolean; readonly yes?: boolean }
type Switch = Deed & { readonly asConfigured?: boolean }
type About = Deed & Pick<Saying, 'seen' | 'host' | 'server'>

/** Monitoring's word for: it is not known. */
const unknownStatus = 3

const words: readonly (readonly [word: Word, description: string])[] = [
  ['approve', 'let through the plan that you see, and what holds it: its host is powered off'],
  ['retry', 'go on from a hold with fresh counts, or with what a partial recovery has left'],
  ['cancel', 'stop as soon as that is safe; nothing is powered on'],
  ['vouch', 'say that you have seen that a host is off, in place of a proof that is missing']
]
const reason = ['-r, --reason <text>', 'why; it is kept and shown'] as const
const yes = ['-y, --yes', 'do not ask'] as const
const all = ['-a, --all', 'all of it: each guard, every move, the whole timeline'] as const

/** What people say and ask: of a service that runs, over HTTP. */
export function addPeopleCommands(program: Command, { env, out, err }: Shared): void {
  const done = (ok: boolean): void => {
    process.exitCode = ok ? 0 : 1
  }
  const reader = (said: Words): Client => createClient(accessOf(said, env, false))
  const actor = (said: Words): Client => createClient(accessOf(said, env, true))
  const how = ({ json }: Words): Output => ({ json: json === true, out })
  const deedOf = (said: Deed) => ({ ...how(said), reason: said.reason, yes: said.yes === true })
  program.commandsGroup('For people, of a service that runs (SWITCHOVER_URL, SWITCHOVER_TOKEN):')
  const add = (text: string, description: string): Command => withAccess(program.command(text).description(description))
  const deed = (text: string, description: string): Command => add(text, description).requiredOption(...reason)

  add('status', 'is somebody needed, is N+1 kept, what is open? Exit status 0 all well, 1 look, 2 now, 3 not known')
    // A mistyped word, too, must not look like a finding.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : unknownStatus))
    .action(async (said: Words) => {
      try {
        process.exitCode = await status(reader(said), how(said))
      } catch (error) {
        err.write(`switchover: ${sayError(error)}\n`)
        process.exitCode = unknownStatus
      }
    })
  add('show <host|id>', 'the newest recovery of a host: why it waits, what to do, what was seen and done')
    .option(...all)
    .action(async (name: string, said: Look) => {
      await show(reader(said), name, { ...how(said), all: said.all === true })
    })
  add('recover <host>', 'report a failed host by hand, after showing what would happen')
    .option(...reason)
    .option('-n, --dry-run', 'only show what would happen')
    .option(...all)
    .option(...yes)
    .action(async (host: string, said: Report) => {
      const { dryRun = false } = said
      const more = { dryRun, all: said.all === true, yes: said.yes === true }
      const why = said.reason === undefined ? {} : { reason: said.reason }
      done(await recover(dryRun ? reader(said) : actor(said), host, { ...how(said), ...more, ...why }))
    })
  add('resolve <signal> <host>', 'say which host an alarm is about that names none (status lists them)')
    .option(...yes)
    .action(async (signal: string, host: string, said: Words & { yes?: boolean }) => {
      done(await resolve(actor(said), signal, host, { ...how(said), yes: said.yes === true }))
    })
  const switching = async (armed: boolean | null, segment: string | undefined, said: Deed): Promise<void> => {
    const of = segment === undefined ? {} : { segment }
    done(await switchArming(actor(said), { ...deedOf(said), ...of, armed }))
  }
  deed('arm [segment]', 'act, and not only observe; what waits only for this goes on within seconds')
    .option('--as-configured', "take the word back, so that the configuration's counts")
    .option(...yes)
    .action(async (segment: string | undefined, said: Switch) => {
      await switching(said.asConfigured === true ? null : true, segment, said)
    })
  deed('disarm [segment]', 'only observe: nothing new is begun, what was sent goes on').action(
    async (segment: string | undefined, said: Deed) => {
      await switching(false, segment, said)
    }
  )
  add('arming', 'which segments are armed, and by whose word').action(async (said: Words) => {
    await showArming(reader(said), how(said))
  })
  for (const [word, description] of words)
    withWord(deed(`${word} <host|id>`, description), word).action(async (name: string, said: About) => {
      const { seen, host, server } = said
      const about = { ...(seen === undefined ? {} : { seen }), ...(host && { host }), ...(server && { server }) }
      done(await say(actor(said), word, name, { ...deedOf(said), ...about, err }))
    })
}

function withAccess(command: Command): Command {
  return command
    .option('-u, --url <url>', 'of the service (SWITCHOVER_URL)')
    .option(
      '-c, --config <file>',
      'its configuration: the address it listens on, and a token (switchover.yaml, without a URL and a token)'
    )
    .option('--as <name>', 'whose token of the configuration to speak with')
    .option(
      '--token-file <file>',
      'has the token (so has SWITCHOVER_TOKEN, or the file that SWITCHOVER_TOKEN_FILE names)'
    )
    .option('--ca <file>', "the authority of the service's certificate, PEM (SWITCHOVER_CA)")
    .option('--json', 'answer in JSON')
}

function withWord(command: Command, word: Word): Command {
  command.option('--seen <version>', 'the version that you saw (show tells it): refused if it has moved on', versionOf)
  if (word === 'approve' || word === 'vouch') command.option(...yes)
  return word === 'vouch'
    ? command
        .option('--host <target>', 'not the failed host, but this target of it')
        .option('--server <id>', 'not a host, but that this server runs nowhere')
    : command
}

function versionOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.')
  return Number(text)
}
