import type { Stage } from '../stage/stage.ts'
import { type Line, span } from '../terminal/paint.ts'

type Facts = Pick<Stage, 'url' | 'cloudUrl' | 'tokens' | 'folder'>

/** What can be tried while everything is up, to be copied into another terminal; `well` are hosts that are, `failed` is not. */
export function wordsToPlayWith(facts: Facts, well: readonly string[], failed: string): Line[] {
  const { url, folder } = facts
  const [one = failed, two = one, three = two] = well
  const steps: readonly (readonly [string, ...string[]])[] = [
    [
      'Everything stays up until Ctrl-C, and what happens is told here. Once, in another terminal, in this folder:',
      ...setUp(facts)
    ],
    ['How is it, and is a spare left?', 'switchover status'],
    [`What would happen if ${one} died now?`, `switchover recover ${one} --dry-run`],
    [`${one} dies. Nova and Aodh notice, the service does the rest.`, lab('host', 'panic', one)],
    ['Look at it.', `switchover show ${one}`],
    [`Report ${two} by hand. It is well, so it is left alone.`, say('recover', two, 'a test')],
    [
      `${two} dies, and its BMC does not answer: after a minute and a half it is held, and nothing is moved.`,
      lab('bmc', 'behave', two, '--unreachable'),
      lab('host', 'panic', two)
    ],
    [
      'Go and pull the plug, then say so (said without doing it, its guests run twice) …',
      lab('host', 'off', two),
      say('vouch', two, 'I pulled the plug')
    ],
    ['… or mend the BMC …', lab('bmc', 'behave', two), say('retry', two, 'the BMC is mended')],
    ['… or give it up: its guests stay down until it is reported anew.', say('cancel', two, 'not now')],
    [
      `${three} is cut off, runs on, and its BMC lies. Nobody can know, and a guest runs twice: here it is told.`,
      lab('bmc', 'behave', three, '--lies-off'),
      lab('host', 'cut', three),
      `${lab('guests')} | jq -r .stdout`
    ],
    ['Only observe; act again.', `switchover disarm --reason 'to see'`, `switchover arm --reason 'to see'`],
    [`${failed} comes back.`, lab('host', 'start', failed)],
    [
      'The same API for programs.',
      'curl -sS -H "authorization: Bearer $SWITCHOVER_TOKEN" "$SWITCHOVER_URL/v1/recoveries"'
    ],
    ['The same cloud, by the openstack client.', 'openstack server list --all-projects --long'],
    [`The API in a browser: ${url}/docs. Configuration and log of the service: ${folder}`]
  ]
  return steps.flatMap(([title, ...commands]) => [
    [],
    [span(` # ${title}`, 'dim')],
    ...commands.map(command => [span(` ${command}`)])
  ])
}

function setUp({ url, cloudUrl, tokens, folder }: Facts): string[] {
  return [
    `export SWITCHOVER_URL=${url} SWITCHOVER_TOKEN=${tokens.operator} OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${folder}/clouds.yaml`,
    `switchover() { npm run -s switchover -- "$@"; }; lab=${cloudUrl}/lab json='content-type: application/json'`
  ]
}

/** What no API offers: the machines themselves. */
function lab(...words: string[]): string {
  return `curl -sS -H "$json" -d '${JSON.stringify({ words })}' "$lab"`
}

/** An operator's word about a host. */
function say(word: string, host: string, reason: string): string {
  return `switchover ${word} ${host} --reason '${reason}'`
}
