/** Plays one soak at full length: its figures, and what broke, on standard output; exit status 1 if a law broke. */
import { plays } from './plays.ts'

const [name = ''] = process.argv.slice(2)
const play = plays[name]
if (play === undefined) {
  console.error(`There is no ${name}, only ${Object.keys(plays).join(', ')}.`)
  process.exitCode = 1
} else {
  const { figures, broken } = await play.long()
  for (const [what, value] of Object.entries(figures)) console.log(`  ${what.padEnd(28)} ${value}`)
  for (const sentence of broken.slice(0, 50)) console.log(`  BROKEN: ${sentence}`)
  if (broken.length > 50) console.log(`  … and ${broken.length - 50} more`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
