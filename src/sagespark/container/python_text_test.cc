#include "sagespark/container/python_text.h"

#include <gtest/gtest.h>

namespace sagespark::container {
namespace {

TEST(PythonTextTest, WritesValuesAsPythonDoes) {
  EXPECT_EQ(PythonFloat(200), "200.0");
  EXPECT_EQ(PythonFloat(0.1), "0.1");
  EXPECT_EQ(PythonFloat(1e-7), "1e-07");
  EXPECT_EQ(PythonFloat(2.5e20), "2.5e+20");
  EXPECT_EQ(PythonDict({{"k", "8"}, {"eval_metrics", "[\"msd\"]"}, {"x", "it's"}, {"y", "'\""}}),
            R"({'k': '8', 'eval_metrics': '["msd"]', 'x': "it's", 'y': '\'"'})");
}

}  // namespace
}  // namespace sagespark::container
