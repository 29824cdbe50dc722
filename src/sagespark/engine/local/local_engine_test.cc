#include "sagespark/engine/local/local_engine.h"

#include "sagespark/engine/testing/engine_conformance.h"

namespace sagespark::engine::testing {

INSTANTIATE_TEST_SUITE_P(Local, EngineConformance, ::testing::Values(EngineUnderTest{
    .name = "local",
    .make = [] {
      return local::MakeLocalEngine(std::make_shared<const io::FileSystems>(), {.parallelism = 2, .splits = {}});
    }}));

}  // namespace sagespark::engine::testing

namespace sagespark::engine::local {
namespace {

TEST(ParseLocalMasterTest, TakesSparksLocalMasters) {
  EXPECT_THAT(ParseLocalMaster("local"), HasValue(1));
  EXPECT_THAT(ParseLocalMaster("local[3]"), HasValue(3));
  EXPECT_THAT(ParseLocalMaster("local[*]"), HasValue(::testing::Ge(1)));
  for (const char* master : {"", "local[0]", "local[x]", "local[2", "yarn", "local[-1]"}) {
    EXPECT_THAT(ParseLocalMaster(master), IsError(ErrorKind::kInvalidArgument, ::testing::HasSubstr(master)));
  }
}

}  // namespace
}  // namespace sagespark::engine::local
