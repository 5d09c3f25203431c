/**
 * What an operator's own program does that looks for the heartbeat of a host on the shared storage:
 * `heartbeat.ts URL HOST`, exit status 0 alive, 10 silent, anything else unknown.
 */
const beatMaxMs = 6000

const [url, host] = process.argv.slice(2)
const answer = await fetch(`${url}/${host}`, { headers: { connection: 'close' } })
const { ageMs } = (await answer.json()) as { readonly ageMs: number }
console.log(`its last heartbeat is ${(ageMs / 1000).toFixed(1)} s old`)
process.exitCode = ageMs < beatMaxMs ? 0 : 10
