#!/usr/bin/env node
/** A driver for SWITCHOVER_LAB that says its words to the emulator at SWITCHOVER_EMULATOR. */
import { driveEmulator } from './drive-emulator.ts'

const limitMs = 900_000

const url = process.env.SWITCHOVER_EMULATOR
if (url === undefined) {
  console.error('Set SWITCHOVER_EMULATOR to the URL of an emulator that is up.')
  process.exitCode = 1
} else {
  const { failure, stdout, stderr } = await driveEmulator(url)(process.argv.slice(2), limitMs)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = failure === undefined ? 0 : 1
}
