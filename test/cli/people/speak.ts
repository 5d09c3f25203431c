import { expect } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import statusSchema from '../../../schemas/status.json' with { type: 'json' }
import { createClient } from '../../../src/cli/people/client.ts'
import type { Output } from '../../../src/cli/people/show.ts'
import { schemas } from '../../../src/http/schemas.ts'
import { type Overrides, secrets, type TestApp, testApp } from '../../http/support.ts'

/** Writes down what a command prints. */
export function paper(json = false): Output & { readonly text: () => string } {
  let text = ''
  return { json, out: { write: (more: string) => (text += more) }, text: () => text }
}

export const accessTo = (url: string, token: string = secrets.alice) => ({
  ...{ url, urlFrom: 'SWITCHOVER_URL', token, tokenFrom: 'SWITCHOVER_TOKEN' }
})

export interface Speaking extends TestApp {
  readonly url: string
  readonly client: ReturnType<typeof createClient>
}

/** The API itself, over HTTP, on a service and a store that know the samples. Undone by `undo`. */
export async function speak(undo: (() => unknown)[], overrides: Overrides = {}): Promise<Speaking> {
  const tested = testApp(overrides)
  const url = await tested.app.listen({ host: '127.0.0.1', port: 0 })
  undo.push(() => tested.app.close())
  return { ...tested, url, client: createClient(accessTo(url)) }
}

/** The value is as schemas/status.json says, with nothing that it does not name. */
export function expectStatus(value: unknown): void {
  const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true })
  addFormats.default(ajv)
  for (const schema of schemas) ajv.addSchema(schema)
  const validate = ajv.compile(statusSchema)
  void validate(value)
  expect(validate.errors ?? []).toEqual([])
}
