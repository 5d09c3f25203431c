import { alarms } from './cases/alarms.ts'
import { groups } from './cases/groups.ts'
import { hostReturns } from './cases/host-returns.ts'
import { keystone } from './cases/keystone.ts'
import { refusals } from './cases/refusals.ts'
import { requests } from './cases/requests.ts'
import { shapes } from './cases/shapes.ts'
import { sources } from './cases/sources.ts'
import { spares } from './cases/spares.ts'
import { states } from './cases/states.ts'
import { targets } from './cases/targets.ts'
import { twice } from './cases/twice.ts'
import type { ContractCase } from './contract-case.ts'

export const cases: readonly ContractCase[] = [
  ...sources,
  ...requests,
  ...targets,
  ...spares,
  ...groups,
  ...states,
  ...twice,
  ...hostReturns,
  ...refusals,
  ...shapes,
  ...keystone,
  ...alarms
]
