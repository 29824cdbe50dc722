#include "sagespark/base/memory.h"

#include <cstdlib>  // Defines __GLIBC__ where it is.

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sagespark {

void GiveBackFreedMemory() {
#ifdef __GLIBC__
  static const bool done = [] {
    mallopt(M_MMAP_THRESHOLD, 512 << 10);  // Set by hand, it no longer grows with the blocks that are freed.
    mallopt(M_ARENA_MAX, 2);                // One heap a thread would multiply what an idle program keeps.
    return true;
  }();
  static_cast<void>(done);
#endif
}

}  // namespace sagespark
