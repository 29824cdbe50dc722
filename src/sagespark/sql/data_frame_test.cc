#include "sagespark/sql/data_frame.h"

#include <algorithm>
#include <filesystem>

#include "sagespark/base/json/value.h"
#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Golden(const std::string& name) {
  return ReadFile(SourcePath("tests/goldens/spark/") + name);
}

/// Spark's own message of an error, by the name that the generator gives it.
std::string SparkError(const std::string& name) {
  const auto errors = json::Parse(Golden("errors.json"));
  EXPECT_TRUE(errors.ok());
  return errors->GetString(name).ok() ? *errors->GetString(name) : "no such golden: " + name;
}

template <typename Action>
std::string AnalysisErrorOf(Action action) {
  try {
    action();
  } catch (const AnalysisException& exception) {
    return exception.what();
  }
  return "no AnalysisException";
}

template <typename Action>
std::string SparkErrorOf(Action action) {
  try {
    action();
  } catch (const AnalysisException& exception) {
    return std::string("an AnalysisException: ") + exception.what();
  } catch (const SparkException& exception) {
    return exception.what();
  }
  return "no exception";
}

class DataFrameTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const { return folder_.Write(name, text).string(); }

  DataFrame ReadLibSvm(const std::string& path, int features = 3) const {
    return spark_.read().format("libsvm").option("numFeatures", features).load(path);
  }

  std::vector<std::string> Names(const std::filesystem::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  DataFrame Labelled() const {
    return spark_.createDataFrame({Row{1.0, "a", 2}}, {"label", "text", "Features"});
  }

  std::vector<int64_t> Ids(const DataFrame& frame) const {
    std::vector<int64_t> ids;
    for (const Row& row : frame.collect()) ids.push_back(row.getLong(0));
    return ids;
  }

  SparkSession spark_ = SparkSession::builder().master("local[2]").getOrCreate();
  TemporaryFolder folder_;
};

TEST_F(DataFrameTest, ReadsLibSvmAndWritesItAsSparkDoes) {
  const auto rows = std::vector<Row>{Row{5.0, Vectors::sparse(784, {0, 152, 783}, {1.0, 0.25, 255.0})},
                                     Row{0.0, Vectors::sparse(784, {0, 1, 2, 3}, {0.0, 1e-4, 1e7, -2.5})},
                                     Row{-1.5, Vectors::sparse(784, {})},
                                     Row{3.0, Vectors::sparse(784, {1, 2}, {0.0, 7.0})}};
  const std::string path = (folder_ / "x").string();
  spark_.createDataFrame(rows, {"label", "features"}).coalesce(1).write().format("libsvm").save(path);
  const auto names = Names(path);
  ASSERT_THAT(names, ElementsAre("_SUCCESS", ::testing::MatchesRegex("part-00000-[-0-9a-f]{36}-c000\\.libsvm")));
  EXPECT_EQ(ReadFile(folder_ / "x" / names[1]), Golden("libsvm_written.txt"));
  const DataFrame read = ReadLibSvm(path, 784);
  EXPECT_EQ(read.showString(), Golden("show_libsvm_read.txt"));
  EXPECT_EQ(read.schema().TreeString(), Golden("libsvm_schema.txt"));
  EXPECT_EQ(read.collect(), rows);  // Equal as vectors: reading leaves the stored zeros out.
}

TEST_F(DataFrameTest, FindsFilesFoldersAndGlobsWithoutTheHiddenOnes) {
  Write("d/a.txt", "1 1:1\n");
  Write("d/b.txt", "2 1:1\n");
  Write("d/_SUCCESS", "");
  Write("d/_hidden", "3 1:1\n");
  Write("d/.hidden", "4 1:1\n");
  Write("d/_temporary/c", "5 1:1\n");
  Write("e/c.txt", "6 1:1\n");
  const auto labels = [&](const std::string& path) {
    std::vector<double> found;
    for (const Row& row : ReadLibSvm((folder_ / path).string()).collect()) found.push_back(row.getDouble(0));
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_THAT(labels("d"), ElementsAre(1, 2));
  EXPECT_THAT(labels("d/"), ElementsAre(1, 2));
  EXPECT_THAT(labels("d/b.txt"), ElementsAre(2));
  EXPECT_THAT(labels("*/[ac].txt"), ElementsAre(1, 6));
  EXPECT_THAT(labels("{d,e}/*.txt"), ElementsAre(1, 2, 6));
  EXPECT_THAT(labels("?"), ElementsAre(1, 2, 6));
  EXPECT_THAT(labels("d/*"), ElementsAre(1, 2));
}

TEST_F(DataFrameTest, InfersTheNumberOfFeaturesByAPassOverTheFiles) {
  const std::string path = Write("x", "1 2:1\n2 7:1\n");
  const DataFrame frame = spark_.read().format("libsvm").load(path);
  EXPECT_EQ(frame.first().getAs<Vector>("features").size(), 7);
}

TEST_F(DataFrameTest, ReadsDenseVectorsWhenAsked) {
  const std::string path = Write("x", "1 2:5\n");
  const auto row = spark_.read().format("libsvm").option("numFeatures", "3").option("vectorType", "dense").load(path).first();
  EXPECT_EQ(row.toString(), "[1.0,[0.0,5.0,0.0]]");
}

TEST_F(DataFrameTest, ReadsEachLineOnceHoweverTheFileIsCut) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + (i % 3 == 0 ? " 1:1 2:2 3:3\n" : " 2:1\n");
  const std::string path = Write("x", text);
  spark_.stop();
  for (const std::string bytes : {"37", "1000", "1k", "128m"}) {
    spark_ = SparkSession::builder()
                 .master("local[2]")
                 .config("spark.sql.files.maxPartitionBytes", bytes)
                 .config("spark.sql.files.openCostInBytes", "1")
                 .getOrCreate();
    std::vector<double> labels;
    for (const Row& row : ReadLibSvm(path).collect()) labels.push_back(row.getDouble(0));
    std::sort(labels.begin(), labels.end());
    ASSERT_THAT(labels, SizeIs(2000)) << bytes;
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(labels[i], i) << bytes;
    spark_.stop();
  }
}

TEST_F(DataFrameTest, NamesFileLineAndTokenOfALineThatDoesNotParse) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "1 1:1\n";
  const std::string path = Write("bad", text + "2 x:3\n");
  spark_.stop();
  for (const std::string bytes : {"128m", "300"}) {  // Also when the line lies in a later split of the file.
    spark_ = SparkSession::builder().master("local[2]").config("spark.sql.files.maxPartitionBytes", bytes)
                 .config("spark.sql.files.openCostInBytes", "1").getOrCreate();
    const std::string error = SparkErrorOf([&] { ReadLibSvm(path).count(); });
    EXPECT_THAT(error, StartsWith("Task failed in partition ")) << bytes;
    EXPECT_THAT(error, HasSubstr("bad")) << bytes;
    EXPECT_THAT(error, HasSubstr("501")) << bytes;
    EXPECT_THAT(error, HasSubstr("x:3")) << bytes;
    spark_.stop();
  }
}

TEST_F(DataFrameTest, RejectsIndicesOutOfOrderAndBeyondTheNumberOfFeatures) {
  EXPECT_THAT(SparkErrorOf([&] { ReadLibSvm(Write("order", "1 3:1 2:1\n")).count(); }), HasSubstr("order"));
  EXPECT_THAT(SparkErrorOf([&] { ReadLibSvm(Write("beyond", "1 4:1\n")).count(); }), HasSubstr("4"));
}

TEST_F(DataFrameTest, FailsInSparksWords) {
  const DataFrame frame = Labelled();
  EXPECT_EQ(AnalysisErrorOf([&] { frame.select("feature"); }), SparkError("unknown column"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.filter(col("x") > 1); }), SparkError("unknown column in filter"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.select(col("label"), col("text").alias("label")).select("label"); }),
            SparkError("ambiguous column"));
  EXPECT_EQ(AnalysisErrorOf([&] { ReadLibSvm("/tmp/no-such-path"); }), SparkError("path does not exist"));
  EXPECT_EQ(AnalysisErrorOf([&] { ReadLibSvm("/tmp/no-such-path-*"); }), SparkError("glob without match"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.write().mode("sometimes"); }), SparkError("unknown mode"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.filter(col("label")); }), SparkError("filter not boolean"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.select(col("label") && col("label")); }), SparkError("and of numbers"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.unionAll(frame.select("label")); }), SparkError("union of different widths"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.limit(-1); }), SparkError("negative limit"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.repartition(0); }), SparkError("repartition to 0"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.randomSplit({0.0}, 1); }), SparkError("negative weight"));
  EXPECT_EQ(AnalysisErrorOf([&] { frame.write().format("libsvm").save((folder_ / "y").string()); }),
            "Illegal schema for libsvm data, schema=StructType(StructField(label,DoubleType,true),StructField(text,"
            "StringType,true),StructField(Features,IntType,true))");
  EXPECT_THAT(AnalysisErrorOf([&] { spark_.read().format("nosuch").load("/tmp"); }),
              StartsWith("[DATA_SOURCE_NOT_FOUND] Failed to find the data source: nosuch."));
  EXPECT_THAT(AnalysisErrorOf([&] { spark_.read().format("sagemaker").load("/tmp"); }), HasSubstr("writing only"));
}

TEST_F(DataFrameTest, KeepsSparksSaveModes) {
  const std::string path = (folder_ / "out").string();
  const DataFrame one = spark_.createDataFrame({Row{1.0, Vectors::dense({1.0})}}, {"label", "features"});
  const DataFrame two = spark_.createDataFrame({Row{2.0, Vectors::dense({2.0})}}, {"label", "features"});
  const auto labels = [&] {
    std::vector<double> found;
    for (const Row& row : ReadLibSvm(path, 1).collect()) found.push_back(row.getDouble(0));
    std::sort(found.begin(), found.end());
    return found;
  };
  one.write().format("libsvm").save(path);
  std::string exists = SparkError("path exists");
  exists.replace(exists.find("/tmp/FOLDER"), 11, path);
  EXPECT_EQ(AnalysisErrorOf([&] { two.write().format("libsvm").save(path); }), exists);
  EXPECT_EQ(AnalysisErrorOf([&] { two.write().format("libsvm").mode("error").save(path); }), exists);
  two.write().format("libsvm").mode(SaveMode::Ignore).save(path);
  EXPECT_THAT(labels(), ElementsAre(1));
  two.write().format("libsvm").mode("append").save(path);
  EXPECT_THAT(labels(), ElementsAre(1, 2));
  two.write().format("libsvm").mode("Overwrite").save(path);
  EXPECT_THAT(labels(), ElementsAre(2));
}

TEST_F(DataFrameTest, LeavesNothingVisibleWhenAWriteFails) {
  const std::string path = (folder_ / "out").string();
  const DataFrame good = spark_.createDataFrame({Row{1.0, Vectors::dense({1.0})}}, {"label", "features"});
  good.write().format("libsvm").save(path);
  const auto before = Names(path);
  const DataFrame bad = spark_.createDataFrame(
      {Row{1.0, Vectors::dense({1.0})}, Row{2.0, Vectors::dense({1.0})}, Row{3.0, Vectors::dense({1.0})},
       Row{4.0, Vectors::dense({1.0, 2.0})}},
      {"label", "features"});
  EXPECT_THAT(SparkErrorOf([&] { bad.write().format("libsvm").mode("append").save(path); }),
              HasSubstr("length 2, not 1"));
  EXPECT_EQ(Names(path), before);
  EXPECT_THAT(SparkErrorOf([&] { bad.write().format("libsvm").mode("overwrite").save(path); }), HasSubstr("length 2"));
  EXPECT_EQ(Names(path), before);
}

TEST_F(DataFrameTest, WritesAmazonRecordsOfTheColumnsNamed) {
  const std::string path = (folder_ / "out").string();
  spark_.createDataFrame({Row{7.0, Vectors::dense({1.0, 2.0})}}, {"y", "x"})
      .write().format("sagemaker").option("labelColumnName", "y").option("featuresColumnName", "x").save(path);
  const auto names = Names(path);
  ASSERT_THAT(names, ElementsAre("_SUCCESS", ::testing::EndsWith("-c000.pbr")));
  const std::string bytes = ReadFile(folder_ / "out" / names[1]);
  codec::RecordIoReader frames((std::string_view(bytes)));
  ASSERT_OK_AND_ASSIGN(const auto frame, frames.Next());
  codec::RecordDecoder record;
  ASSERT_OK(record.Decode(*frame));
  EXPECT_THAT(record.Features()->floats, ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(record.Label()->floats, ElementsAre(7.0f));
  EXPECT_THAT(AnalysisErrorOf([&] { Labelled().write().format("sagemaker").option("featuresColumnName", "text").save(path + "2"); }),
              HasSubstr("\"text\" has type string"));
}

TEST_F(DataFrameTest, ChoosesTheRowsThatSparkChooses) {
  const auto samples = json::Parse(Golden("samples.json"));
  ASSERT_OK(samples);
  const auto ids_of = [](const json::Value& list) {
    std::vector<int64_t> ids;
    for (const json::Value& id : *list.if_array()) ids.push_back(*id.if_int());
    return ids;
  };
  const DataFrame ids = spark_.range(0, 200, 1, 4);
  EXPECT_EQ(Ids(ids.sample(0.3, 42)), ids_of(*samples->Find("sample_0.3_seed_42")));
  const auto expect_split = [&](const std::vector<double>& weights, int64_t seed, const std::string& name) {
    const auto parts = ids.randomSplit(weights, seed);
    const auto& expected = *samples->Find(name)->if_array();
    ASSERT_EQ(parts.size(), expected.size());
    for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(Ids(parts[i]), ids_of(expected[i])) << name << " " << i;
  };
  expect_split({0.7, 0.3}, 11, "split_0.7_0.3_seed_11");
  expect_split({1, 1, 2}, -5, "split_1_1_2_seed_-5");
}

TEST_F(DataFrameTest, TransformsColumns) {
  const DataFrame frame = Labelled();
  EXPECT_THAT(frame.withColumn("LABEL", col("label") + 1).columns(), ElementsAre("LABEL", "text", "Features"));
  EXPECT_EQ(frame.withColumn("more", lit(2.5)).first().toString(), "[1.0,a,2,2.5]");
  EXPECT_THAT(frame.withColumnRenamed("text", "t").drop("Label").columns(), ElementsAre("t", "Features"));
  EXPECT_THAT(frame.select("*").columns(), ElementsAre("label", "text", "Features"));
  EXPECT_EQ(frame.select(frame["text"], (frame["features"] * 2).alias("twice")).first().toString(), "[a,4]");
  EXPECT_EQ(frame.toString(), "[label: double, text: string, Features: int]");
}

TEST_F(DataFrameTest, CountsTakesAndCachesRows) {
  const DataFrame ids = spark_.range(0, 1000, 1, 7);
  EXPECT_EQ(ids.count(), 1000);
  EXPECT_EQ(ids.filter(col("id") % 2 == 1 && col("id") > 500).count(), 250);
  EXPECT_THAT(Ids(ids.limit(3)), ElementsAre(0, 1, 2));
  EXPECT_EQ(ids.limit(300).count(), 300);
  EXPECT_THAT(ids.take(700), SizeIs(700));
  EXPECT_EQ(ids.first().getLong(0), 0);
  EXPECT_THROW(ids.filter(col("id") < 0).first(), SparkException);
  auto dealt = Ids(ids.repartition(3));
  EXPECT_NE(dealt.front(), dealt[1] - 1);
  std::sort(dealt.begin(), dealt.end());
  EXPECT_EQ(dealt, Ids(ids));
  EXPECT_EQ(Ids(ids.unionAll(ids)).size(), 2000u);
  EXPECT_EQ(ids.cache().count(), 1000);
  EXPECT_TRUE(ids.isCached());
  EXPECT_FALSE(ids.unpersist().isCached());
}

TEST_F(DataFrameTest, RowsTellWhatTheyHold) {
  const Row row = Labelled().first();
  EXPECT_EQ(row.getDouble(0), 1.0);
  EXPECT_EQ(row.getAs<std::string>("text"), "a");
  EXPECT_EQ(row.getInt(2), 2);
  EXPECT_THAT(SparkErrorOf([&] { row.getString(0); }), HasSubstr("cell 0 (\"label\") is of type double"));
  EXPECT_THAT(SparkErrorOf([&] { row.get(3); }), HasSubstr("it has 3 cells"));
  EXPECT_THAT(SparkErrorOf([&] { row.fieldIndex("no"); }), HasSubstr("\"no\""));
}

TEST_F(DataFrameTest, TheSessionKeepsSettings) {
  EXPECT_EQ(SparkSession::builder().config("a.b", "c").getOrCreate().conf().get("a.b"), "c");
  EXPECT_EQ(spark_.conf().get("spark.master"), "local[2]");
  EXPECT_EQ(spark_.conf().get("none", "x"), "x");
  EXPECT_THROW(spark_.conf().get("none"), SparkException);
  spark_.stop();
  EXPECT_THROW(SparkSession::builder().master("yarn").getOrCreate(), SparkException);
}

}  // namespace
}  // namespace sagespark::sql
