import { spareReason } from '../core/marks.ts'
import { hostAlarm } from './model/alarms.ts'
import { attemptsOn } from './model/attempts.ts'
import { setControl } from './model/control-plane.ts'
import { addServer } from './model/create-world.ts'
import { beginEvacuation } from './model/evacuations.ts'
import { cutOff, endCompute, loseStorage, panic, powerOff } from './model/hosts.ts'
import { noteChange, settingOf } from './model/nova-services.ts'
import { whereRunning } from './model/oracle.ts'
import { unplug, wayOf } from './model/power-ways.ts'
import { boot, reconnect, startCompute } from './model/start-compute.ts'
import type { ModelHost, World } from './model/world.ts'
import { hostOf } from './model/world.ts'
import type { Happening } from './scenario-event.ts'
import { useServer } from './use-server.ts'

/** What befalls the cloud. True when `deed` was one of the world's (else it is a signal, a person's or the process's). */
export function befall(world: World, deed: Happening): boolean {
  switch (deed.do) {
    case 'panic':
      panic(world, hostOf(world, deed.host))
      return true
    case 'unplug':
      unplug(world, hostOf(world, deed.host))
      return true
    case 'powerOff':
      powerOff(world, hostOf(world, deed.host))
      return true
    case 'boot':
      boot(world, hostOf(world, deed.host))
      return true
    case 'cutOff':
      cutOff(world, hostOf(world, deed.host))
      return true
    case 'reconnect':
      reconnect(world, hostOf(world, deed.host))
      return true
    case 'loseStorage':
      loseStorage(world, hostOf(world, deed.host))
      return true
    case 'regainStorage':
      hostOf(world, deed.host).storageLost = false
      return true
    case 'killCompute':
      endCompute(world, hostOf(world, deed.host), 'stopped')
      return true
    case 'hangCompute':
      endCompute(world, hostOf(world, deed.host), 'hung')
      return true
    case 'startCompute':
      startCompute(world, hostOf(world, deed.host))
      return true
    default:
      return adjust(world, deed)
  }
}

function adjust(world: World, deed: Happening): boolean {
  switch (deed.do) {
    case 'cellDown':
    case 'cellUp':
      hostOf(world, deed.host).cellDown = deed.do === 'cellDown'
      return true
    case 'forceDown':
    case 'liftForceDown':
      changeByOthers(world, deed.host, { forcedDown: deed.do === 'forceDown' })
      return true
    case 'enable':
      changeByOthers(world, deed.host, { enabled: true, disabledReason: undefined, refusedUntilMs: 0 })
      return true
    case 'disable':
      changeByOthers(world, deed.host, { ...disabled, disabledReason: deed.reason ?? 'a person tests it' })
      return true
    case 'adoptSpare':
      changeByOthers(world, deed.host, { ...disabled, disabledReason: spareReason })
      return true
    case 'bmc':
      Object.assign(wayOf(hostOf(world, deed.host), deed.agent ?? 'bmc').habits, deed.bmc)
      return true
    case 'habits':
      Object.assign(hostOf(world, deed.host).habits, deed.habits)
      return true
    case 'addServer':
      addServer(world, deed.host, deed.server)
      return true
    case 'removeGuest':
      hostOf(world, deed.host).running.delete(deed.server)
      hostOf(world, deed.host).defined.delete(deed.server)
      return true
    case 'alarmLost':
      hostAlarm(world, deed.host, 'alarm')
      return true
    case 'purgeQueue':
      purgeQueue(world, deed.host)
      return true
    case 'stopControl':
    case 'startControl':
      setControl(world, deed.service, deed.do === 'startControl')
      return true
    case 'evacuateByOthers':
      evacuateByOthers(world, deed.server, deed.to)
      return true
    default:
      return useServer(world, deed)
  }
}

const disabled = { enabled: false, refusedUntilMs: Number.POSITIVE_INFINITY }

function changeByOthers(world: World, name: string, change: Partial<ModelHost>): void {
  const host = hostOf(world, name)
  const before = settingOf(host)
  Object.assign(host, change)
  noteChange(world, host, before)
}

/** Orders that waited for its nova-compute are gone. */
function purgeQueue(world: World, name: string): void {
  hostOf(world, name).queue = []
  for (const attempt of world.attempts) {
    if (attempt.target === name && attempt.stage === 'waiting') world.attempts.delete(attempt)
  }
}

/** A tool that is as careful as ours: nothing is moved off a host that runs, nor twice. */
function evacuateByOthers(world: World, id: string, to: string): void {
  const server = world.servers.get(id)
  if (server?.host === undefined || server.host === to || whereRunning(world, id).length > 0) return
  const isMovable = server.launched && ['active', 'stopped', 'error'].includes(server.vmState)
  if (!isMovable || server.taskState !== undefined || attemptsOn(world, id).length > 0) return
  beginEvacuation(world, server, { target: to })
}
