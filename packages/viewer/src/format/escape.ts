/** How foreign text becomes printable: one place for the viewer and for what a recorder prints. */

export { jsonString, printable, quoted } from 'ttlog/reader';
