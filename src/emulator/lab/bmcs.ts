import { powerStateOf, resetPower } from '../model/bmc.ts'
import type { ModelHost } from '../model/world.ts'
import { hostNamed, type Said, type Stage, said, type Verb } from './stage.ts'
import { LabError, type Words } from './words.ts'

/** `bmc list | config | power HOST on/off/status | behave HOST …` */
export const bmcVerb: Verb = (stage, words) => {
  const [what, name, deed] = words.plain
  const hosts = [...stage.face.world.hosts.values()]
  switch (what) {
    case 'list':
      return said(...hosts.map(host => `${host.name.padEnd(12)} ${stage.bmc(host.name).url}  ${tell(host)}`))
    case 'config':
      return said(
        JSON.stringify(
          hosts.map(host => factsOf(stage, host)),
          undefined,
          1
        )
      )
    case 'power':
      return power(stage, hostNamed(stage, name), deed)
    case 'behave':
      behave(stage, hostNamed(stage, name), words)
      return said()
    default:
      throw new LabError(`a bmc knows no ${what}`)
  }
}

function tell(host: ModelHost): string {
  const really = host.powered ? 'On' : 'Off'
  const says = powerStateOf(host)
  return says === really || says === 'PoweringOff' ? says : `${says} (really ${really})`
}

/** No ca_file: these BMCs speak plain HTTP, on the loopback only. */
function factsOf(stage: Stage, host: ModelHost): object {
  const port = stage.sshAddress(host.name).split(':').at(-1)
  return { host: host.name, system: '/redfish/v1/Systems/1', ...stage.bmc(host.name), ssh_port: Number(port) }
}

function power(stage: Stage, host: ModelHost, deed: string | undefined): Said {
  if (host.bmc.mode === 'unreachable') throw new LabError(`the BMC of ${host.name} does not answer`)
  if (deed === 'on') resetPower(stage.face.world, host, 'On')
  else if (deed === 'off') resetPower(stage.face.world, host, 'ForceOff')
  else if (deed !== 'status') throw new LabError('on, off or status?')
  return said(powerStateOf(host))
}

function behave(stage: Stage, host: ModelHost, words: Words): void {
  const usual = stage.normal.get(host.name)?.bmc
  const mode = ['unreachable', 'stuck-on', 'lies-off'].find(words.flag)
  const modes = { unreachable: 'unreachable', 'stuck-on': 'stuckOn', 'lies-off': 'lies' } as const
  const [slow, powering] = [words.number('slow'), words.number('poweringoff')]
  Object.assign(host.bmc, usual, {
    ...(mode === undefined ? {} : { mode: modes[mode as keyof typeof modes] }),
    ...(slow === undefined ? {} : { slowMs: slow * 1000 }),
    ...(powering === undefined ? {} : { offAfterMs: powering * 1000, saysPoweringOff: true }),
    wrongPassword: words.flag('wrong-password'),
    errorRate: words.number('error-rate') ?? 0,
    identity: words.option('identity')
  })
}
