import { evidenceMutations } from './bugs/evidence.ts'
import { guardMutations } from './bugs/guards.ts'
import { peopleMutations } from './bugs/people.ts'
import { proofMutations } from './bugs/proof.ts'
import { replicaMutations } from './bugs/replicas.ts'
import { ruleMutations } from './bugs/rules.ts'
import { serverMutations } from './bugs/servers.ts'
import { signalMutations } from './bugs/signals.ts'
import { targetMutations } from './bugs/targets.ts'
import type { Mutation } from './mutation.ts'

/** All planted bugs, in the order of the rules. */
export const mutations: readonly Mutation[] = [
  ...signalMutations,
  ...ruleMutations,
  ...evidenceMutations,
  ...proofMutations,
  ...serverMutations,
  ...targetMutations,
  ...peopleMutations,
  ...guardMutations,
  ...replicaMutations
]
