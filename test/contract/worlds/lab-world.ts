import { setTimeout as delay } from 'node:timers/promises'
import { createApi } from '../../e2e/api.ts'
import { createLab } from '../../e2e/lab.ts'
import { newestMicroversion, type World } from './world.ts'

/** The newest microversion of a release's compute API. */
const releases: Readonly<Record<string, string>> = {
  '2.93': 'Zed',
  '2.95': 'Bobcat',
  '2.96': 'Dalmatian',
  '2.100': 'Epoxy'
}

/** The real OpenStack that is up behind a driver. */
export async function createLabWorld(command: string): Promise<World> {
  const lab = createLab(command)
  const env = await lab.env()
  const admin = createApi(env)
  const microversion = await newestMicroversion(admin)
  return {
    title: releases[microversion] ?? `compute API ${microversion}`,
    microversion,
    lab,
    admin,
    demo: createApi({ ...env, OS_USERNAME: 'demo', OS_PROJECT_NAME: 'demo' }),
    now: () => Date.now() / 1000,
    pass: seconds => delay(seconds * 1000),
    run: work => work,
    close: async () => undefined
  }
}
