// Starts a recorder, logs one event and ends.

import { getLogger, startRecorder } from 'ttlog';

startRecorder();
getLogger().info('started');
