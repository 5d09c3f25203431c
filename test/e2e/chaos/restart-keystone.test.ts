import { restartDuring } from './restart.ts'

restartDuring('keystone')
