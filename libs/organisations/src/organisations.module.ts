import { Module } from '@nestjs/common';
import { Directory } from './directory.js';
import { KeyRing } from './key-ring.js';
import { OrganisationsResolver } from './organisations.resolver.js';

/** Organisations, their keys and their sharing groups. */
@Module({ providers: [KeyRing, Directory, OrganisationsResolver], exports: [KeyRing] })
export class OrganisationsModule {}
