import type { Command } from 'commander'
import type { Environment } from '../../config/read-yaml.ts'
import { type RulesOutput, testRules } from './test.ts'

interface Shared {
  readonly config: readonly [string, string, string]
  readonly json: readonly [string, string]
  readonly env: Environment
  readonly out: RulesOutput['out']
}

interface Words {
  readonly config: string
  readonly json?: boolean
  readonly since?: string
}

/** `switchover rules test`. */
export function addRuleCommands(program: Command, { config, json, env, out }: Shared): void {
  program
    .command('rules')
    .description("the operator's rules, as the configuration has them")
    .command('test')
    .description('what the rules say of alarms and servers in files, or of the signals that are stored, and why')
    .argument('[files...]', 'JSON: an alarm as Aodh sends it, a case (docs/rules.md), or a list of them')
    .option(...config)
    .option('--since <time>', 'also the stored signals of this long, like 12h or 7d')
    .option(...json)
    .action(async (files: readonly string[], words: Words) => {
      const { since } = words
      const how = { json: words.json === true, out, ...(since === undefined ? {} : { since }) }
      process.exitCode = (await testRules(files, words.config, env, how)) ? 0 : 1
    })
}
