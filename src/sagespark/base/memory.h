#pragma once

namespace sagespark {

/// Makes the C library give back what is freed: blocks of 512 KiB and more (parts of uploads, request bodies) are mapped on their
/// own and leave the process when freed, and threads share a few heaps. Else freed blocks stay behind, the more of them the
/// longer a program runs, and its memory depends on how many rows went through. For whole programs and sessions, once; other
/// calls do nothing. Does nothing either where the C library is not glibc.
void GiveBackFreedMemory();

}  // namespace sagespark
