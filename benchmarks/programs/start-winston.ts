// Loads winston and does nothing with it.

import { loadPeer } from '../runner/peers.ts';

loadPeer('winston');
