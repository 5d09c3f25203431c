import type { Stage } from '../stage.ts'
import { type Line, span } from './paint.ts'

type Facts = Pick<Stage, 'url' | 'cloudUrl' | 'tokens' | 'folder'>

/** What can be tried while everything is up, to be copied into another terminal: on `host`, which is well, and `failed`, which is off. */
export function wordsToPlayWith(facts: Facts, host: string, failed: string): Line[] {
  const { url, cloudUrl, folder } = facts
  const steps: readonly (readonly [string, ...string[]])[] = [
    ['once, in another terminal: where everything is, and who you are', ...setUp(facts)],
    ['how is it, and is a spare left?', get('/health'), get('/v1/segments')],
    [`what would happen if ${host} died now?`, get(`/v1/plan?host=${host}`)],
    [`${host} dies; Nova and Aodh notice, the service does the rest`, lab('host', 'panic', host)],
    ['watch', get('/v1/recoveries'), get('/v1/recoveries/$(newest id)')],
    ['report a host by hand; one that is well is left alone', post('/v1/recoveries', { host, reason: 'a smoke test' })],
    ['only observe; act again', ...[false, true].map(armed => put('/v1/arming', { armed, reason: 'to see' }))],
    [
      'a BMC that does not answer: nothing is moved until it is mended and you retry, or you vouch',
      lab('bmc', 'behave', host, '--unreachable'),
      say('vouch', 'I pulled the plug'),
      lab('bmc', 'behave', host),
      say('retry', 'the BMC is mended')
    ],
    [
      'a BMC that lies is believed: with a host that still runs, this is how a guest runs twice',
      lab('bmc', 'behave', host, '--lies-off'),
      lab('host', 'cut', host),
      lab('guests')
    ],
    [
      'other words of a person; a plan waits for approval where the segment requires it',
      say('cancel', 'not now'),
      say('approve', 'I read the plan')
    ],
    [`${failed} comes back`, lab('host', 'start', failed)],
    ['the same cloud by the openstack client', 'openstack server list --all-projects --long'],
    [`the API in a browser: ${url}/docs; the service's log: ${folder}/service.log; the cloud: ${cloudUrl}`]
  ]
  return steps.flatMap(([title, ...commands]) => [
    [span(` # ${title}`, 'dim')],
    ...commands.map(command => [span(` ${command}`)])
  ])
}

function setUp({ url, cloudUrl, tokens, folder }: Facts): string[] {
  return [
    `api=${url} lab=${cloudUrl}/lab auth='authorization: Bearer ${tokens.operator}' json='content-type: application/json'`,
    `export OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${folder}/clouds.yaml`,
    `newest() { curl -sS -H "$auth" "$api/v1/recoveries?limit=1" | grep -o "\\"$1\\":[^,]*" | head -n 1 | cut -d: -f2 | tr -d '"'; }`
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
  return `curl -sS -H "$auth" -H "$json" -d '{"version":'$(newest version)',"reason":"${reason}"}' "$api/v1/recoveries/$(newest id)/${word}"`
}
