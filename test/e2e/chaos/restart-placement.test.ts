import { restartDuring } from './restart.ts'

restartDuring('placement')
