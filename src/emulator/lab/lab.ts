import type { FastifyPluginCallback } from 'fastify'
import { Refusal } from '../model/refusal.ts'
import { alarmVerb, emitVerb } from './alarms.ts'
import { bmcVerb } from './bmcs.ts'
import { hostVerb } from './hosts.ts'
import { bootVerb, evacuateVerb, guestsVerb, serversVerb } from './servers.ts'
import { cloudsYamlVerb, envVerb, nothingVerb, resetVerb, restartVerb, statusVerb, tuneVerb } from './settings.ts'
import type { Stage, Verb } from './stage.ts'
import { LabError, readWords } from './words.ts'

const verbs: Readonly<Record<string, Verb>> = {
  boot: bootVerb,
  servers: serversVerb,
  guests: guestsVerb,
  evacuate: evacuateVerb,
  host: hostVerb,
  bmc: bmcVerb,
  alarm: alarmVerb,
  emit: emitVerb,
  restart: restartVerb,
  env: envVerb,
  'clouds-yaml': cloudsYamlVerb,
  tune: tuneVerb,
  status: statusVerb,
  reset: resetVerb,
  up: nothingVerb,
  down: nothingVerb
}

/** Options that take no value. */
const flags = [
  'fail-spawn',
  'fail-after-spawn',
  'late-trait',
  'unreachable',
  'wrong-password',
  'stuck-on',
  'lies-off',
  'repeat',
  'volume',
  'no-force-down'
]

/** What a run of the command prints, and its exit status. */
export interface Printed {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** POST /lab {"words": ["host", "kill", "compute-01"]}: the words of a real lab's command, done to the model. */
export const labRoutes: FastifyPluginCallback<Omit<Stage, 'normal'>> = (app, options, done) => {
  const { face, bmc, sshAddress, addMachine } = options
  const hosts = [...face.world.hosts.values()]
  const normal = new Map(hosts.map(host => [host.name, { habits: { ...host.habits }, bmc: { ...host.bmc } }]))
  const stage: Stage = { face, bmc, sshAddress, addMachine, normal }
  app.post<{ Body: { words?: readonly string[] } }>('/lab', request => obey(stage, request.body?.words ?? []))
  done()
}

async function obey(stage: Stage, [name = '', ...rest]: readonly string[]): Promise<Printed> {
  try {
    const verb = verbs[name]
    if (verb === undefined) throw new LabError(`there is no command ${name}`)
    const { out, status = 0 } = await verb(stage, readWords(rest, flags))
    return { status, stdout: out, stderr: '' }
  } catch (error) {
    if (!(error instanceof LabError) && !(error instanceof Refusal)) throw error
    return { status: 1, stdout: '', stderr: `lab: ${error.message}\n` }
  }
}
