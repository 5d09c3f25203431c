/** An emulated cloud in a process of its own; its size is its argument, and its first line tells where it is. */
import { startEmulator } from '../src/emulator/start-emulator.ts'
import { bigCloud, type Size } from './big-cloud.ts'

const { latencyMs, ...size } = JSON.parse(process.argv[2] ?? '{}') as Size & { latencyMs: number }
const emulator = await startEmulator({ spec: bigCloud(size).spec, latencyMs })
const machines = [...emulator.world.hosts.keys()].map(host => ({
  host,
  ...emulator.bmc(host),
  ssh: emulator.sshAddress(host)
}))
process.stdout.write(`${JSON.stringify({ url: emulator.url, cloudsYaml: emulator.cloudsYaml(), machines })}\n`)
