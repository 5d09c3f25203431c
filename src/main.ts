#!/usr/bin/env node
import { Command } from 'commander'
import packageFile from '../package.json' with { type: 'json' }
import { addAlarmCommands } from './cli/alarms/commands.ts'
import { check } from './cli/check.ts'
import { type DemoWords, demoOptions } from './cli/demo/options.ts'
import { addPeopleCommands } from './cli/people/commands.ts'
import { addRuleCommands } from './cli/rules/commands.ts'
import { sayError } from './cli/say-error.ts'
import { serve } from './cli/serve.ts'
import { adoptSpares } from './cli/spares-adopt.ts'

const { env, stdout, stderr } = process
const program = new Command('switchover')
  .description(packageFile.description)
  .version(packageFile.version)
  .showHelpAfterError()

const config = ['-c, --config <file>', 'configuration file', 'switchover.yaml'] as const
const json = ['--json', 'answer in JSON'] as const

program
  .command('serve')
  .description('take alarms and recover hosts')
  .option(...config)
  .action(async (options: { config: string }) => {
    await serve(options.config, env, packageFile.version)
  })

program
  .command('demo')
  .description('show the main job on an OpenStack in memory: a host dies and is recovered; exit status 1 if it was not')
  .option('--serve', 'leave everything up afterwards, and print what can be tried')
  .option(
    '--hosts <count>',
    'compute hosts in all, one of them the spare (default: 6; with --serve 9, four of them spares)'
  )
  .option('--servers <count>', 'servers in all', '40')
  .option('--seed <number>', 'which host dies, which servers are stopped, how long a start takes', '7')
  .option('--scenario <folder>', "play a scenario of test/simulation in real time, in place of the demo's own")
  .option('--port <port>', 'of the service (any free one)')
  .option('--plain', 'a line for each thing that happens, on a terminal too')
  .option('--capture <file>', 'write a picture of the terminal (SVG)')
  .action(async (words: DemoWords) => {
    // A service that runs for good has no use for an emulator.
    const { demo } = await import('./cli/demo/demo.ts')
    process.exitCode = await demo(demoOptions(words), { env, out: stdout, version: packageFile.version })
  })

program
  .command('check')
  .description('try everything that a recovery will need, changing nothing; exit status 1 if something fails')
  .option(...config)
  .option('--offline', 'only read the file: ask neither the database nor the cloud')
  .option(...json)
  .action(async (options: { config: string; offline?: boolean; json?: boolean }) => {
    const how = { json: options.json === true, offline: options.offline === true, out: stdout }
    process.exitCode = (await check(options.config, env, how)) ? 0 : 1
  })

program
  .command('spares')
  .description('hosts in reserve')
  .command('adopt')
  .description("disable a segment's configured spares with our reason, so that they are held for us")
  .argument('<segment>', 'name of the segment')
  .option(...config)
  .option('-y, --yes', 'do not ask')
  .option(...json)
  .action(async (segment: string, options: { config: string; yes?: boolean; json?: boolean }) => {
    const how = { yes: options.yes === true, json: options.json === true, out: stdout }
    process.exitCode = (await adoptSpares(segment, options.config, env, how)) ? 0 : 1
  })

addAlarmCommands(program, { config, json, env, out: stdout })
addRuleCommands(program, { config, json, env, out: stdout })
addPeopleCommands(program, { env, out: stdout, err: stderr })

try {
  await program.parseAsync()
} catch (error) {
  stderr.write(`switchover: ${sayError(error)}\n`)
  process.exitCode = 1
}
