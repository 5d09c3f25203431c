import type { Stage } from '../stage/stage.ts'
import { type Line, span } from '../terminal/paint.ts'

type Facts = Pick<Stage, 'url' | 'cloudUrl' | 'tokens' | 'folder'>

/** What can be tried while everything is up, to be copied into another terminal; `well` are hosts that are, `failed` is not. */
export function wordsToPlayWith(facts: Facts, well: readonly string[], failed: string): Line[] {
  const { url, folder } = facts
  const [one = failed, two = one, three = two] = well
  const steps: readonly (readonly [string, ...string[]])[] = [
    ['Everything stays up until Ctrl-C, and what happens is told here. Once, in another terminal:', ...setUp(facts)],
    ['How is it, and is a spare left?', get('/health').replace('$api', '${api%/v1}'), get('/segments')],
    [`What would happen if ${one} died now?`, get(`/plan?host=${one}`)],
    [`${one} dies. Nova and Aodh notice, the service does the rest.`, lab('host', 'panic', one)],
    ['Look at it.', get('/recoveries'), get('/recoveries/$(newest id)')],
    [`Report ${two} by hand. It is well, so it is left alone.`, post('/recoveries', { host: two, reason: 'a test' })],
    [
      `${two} dies, and its BMC does not answer: after a minute and a half it is held, and nothing is moved.`,
      lab('bmc', 'behave', two, '--unreachable'),
      lab('host', 'panic', two)
    ],
    [
      'Go and pull the plug, then say so (said without doing it, its guests run twice) …',
      lab('host', 'off', two),
      say('vouch', 'I pulled the plug')
    ],
    ['… or mend the BMC.', lab('bmc', 'behave', two), say('retry', 'the BMC is mended')],
    [
      `${three} is cut off, runs on, and its BMC lies. Nobody can know, and a guest runs twice: here it is told.`,
      lab('bmc', 'behave', three, '--lies-off'),
      lab('host', 'cut', three),
      lab('guests')
    ],
    ['Only observe; act again.', ...[false, true].map(armed => put('/arming', { armed, reason: 'to see' }))],
    [
      'What else a person may say: cancel, and approve where the segment asks for it.',
      say('cancel', 'not now'),
      say('approve', 'I read the plan')
    ],
    [`${failed} comes back.`, lab('host', 'start', failed)],
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
    `api=${url}/v1 lab=${cloudUrl}/lab auth='authorization: Bearer ${tokens.operator}' json='content-type: application/json'`,
    `export OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${folder}/clouds.yaml`,
    `newest() { curl -sS -H "$auth" "$api/recoveries?limit=1" | grep -o "\\"$1\\":[^,]*" | head -n 1 | cut -d: -f2 | tr -d '"'; }`
  ]
}

function get(path: string): string {
  return `curl -sS -H "$auth" "$api${path}"`
}

function post(path: string, body: object): string {
  return `curl -sS -H "$auth" -H "$json" -d '${JSON.stringify(body)}' "$api${path}"`
}

function put(path: string, body: object): string {
  return post(path, body).replace('curl -sS', 'curl -sS -X PUT')
}

function lab(...words: string[]): string {
  return `curl -sS -H "$json" -d '${JSON.stringify({ words })}' "$lab"`
}

/** An operator's word about the newest recovery, with the version that it has now. */
function say(word: string, reason: string): string {
  return `curl -sS -H "$auth" -H "$json" -d '{"version":'$(newest version)',"reason":"${reason}"}' "$api/recoveries/$(newest id)/${word}"`
}
