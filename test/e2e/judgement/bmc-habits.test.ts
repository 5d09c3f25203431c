import { playHabits } from './habits.ts'

playHabits('bmc-habits', 'redfish')
