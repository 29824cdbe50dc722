#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "sagespark/engine/engine.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::engine::testing {

/// Where an engine differs from the others, by name. A difference that is no method here and no row of docs/quirks.md
/// is a bug.
class EngineQuirks {
 public:
  virtual ~EngineQuirks() = default;

  /// True where tasks run in this process, so that a test sees its own objects in them.
  virtual bool runs_tasks_here() const { return true; }
};

/// An engine under test.
struct EngineUnderTest {
  std::string name;
  std::function<std::unique_ptr<Engine>()> make;  ///< With two tasks at a time.
  std::shared_ptr<const EngineQuirks> quirks = std::make_shared<EngineQuirks>();
};

inline void PrintTo(const EngineUnderTest& engine, std::ostream* out) { *out << engine.name; }

/// What every engine promises: instantiate it for each, with its library linked whole.
class EngineConformance : public ::testing::TestWithParam<EngineUnderTest> {
 protected:
  std::unique_ptr<Engine> engine_ = GetParam().make();
  const EngineQuirks& quirks() const { return *GetParam().quirks; }
};

}  // namespace sagespark::engine::testing
