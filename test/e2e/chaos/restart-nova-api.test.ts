import { restartDuring } from './restart.ts'

restartDuring('nova-api')
