// Imports the package and does nothing with it.

import 'ttlog';
