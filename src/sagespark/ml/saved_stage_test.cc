#include "sagespark/ml/saved_stage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sagespark/ml/identifiable.h"
#include "sagespark/ml/pca.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::ml {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::Throws;
using ::testing::UnorderedElementsAre;
using sql::Vectors;

auto ThrowsError(ErrorKind kind, const std::string& text) {
  return Throws<Exception>(AllOf(Property(&Exception::kind, kind), Property(&Exception::what, HasSubstr(text))));
}

/// A Transformer of a user: appends `value` as the column `outputCol`.
class Constant final : public Transformer {
 public:
  static inline const DoubleParam value{"value", "A number."};
  static inline const StringParam outputCol{"outputCol", "A column."};
  static inline const BooleanParam flag{"flag", "A flag."};
  static inline const LongParam count{"count", "A count.", ParamValidators::gtEq(0)};

  explicit Constant(std::string uid = randomUID("Constant")) : Transformer(std::move(uid)) {
    declare({&value, &outputCol, &flag, &count});
    setDefault(outputCol, "constant");
    setDefault(flag, false);
  }
  template <typename T>
  Constant& With(const Param<T>& param, std::type_identity_t<T> of) {
    set(param, of);
    return *this;
  }
  using Params::getOrDefault;

  sql::DataFrame transform(const sql::DataFrame& dataset) const override {
    return dataset.withColumn(getOrDefault(outputCol), sql::lit(getOrDefault(value)));
  }
  data::Schema transformSchema(const data::Schema& schema) const override {
    std::vector<data::Field> fields = schema.fields();
    fields.push_back({getOrDefault(outputCol), data::TypeId::kDouble, false});
    return data::Schema(std::move(fields));
  }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override {
    auto copy = std::make_shared<Constant>(*this);
    copy->setAll(extra);
    return copy;
  }
};

/// One that nobody registers.
class Unregistered final : public Transformer {
 public:
  Unregistered() : Transformer("unregistered_1") {}
  sql::DataFrame transform(const sql::DataFrame& dataset) const override { return dataset; }
  data::Schema transformSchema(const data::Schema& schema) const override { return schema; }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap&) const override { return std::make_shared<Unregistered>(*this); }
};

class SavedStageTest : public ::testing::Test {
 protected:
  SavedStageTest() {
    std::filesystem::remove_all(folder_);
    registerStage<Constant>("com.example.Constant");
  }
  ~SavedStageTest() override { std::filesystem::remove_all(folder_); }

  static sql::DataFrame Rows() {
    return sql::SparkSession::builder().master("local[2]").getOrCreate().createDataFrame(
        {{Vectors::sparse(5, {{1, 1.0}, {3, 7.0}})}, {Vectors::dense({2, 0, 3, 4, 5})}, {Vectors::dense({4, 0, 0, 6, 7})}},
        std::vector<std::string>{"features"});
  }
  static PCA Ready() { return PCA("pca_1").setInputCol("features").setOutputCol("projected").setK(2); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name));
    EXPECT_TRUE(file.good()) << name;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name)) << text;
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    if (!std::filesystem::exists(folder_)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) files.push_back(entry.path().string().substr(folder_.size() + 1));
    }
    return files;
  }

  const std::string folder_ = ::testing::TempDir() + "/saved_stage_test";
};

const std::string kGoldens = SourcePath("tests/goldens/spark_ml/");

TEST_F(SavedStageTest, ReadsWhatSparkSaved) {
  const PCA pca = PCA::load(kGoldens + "pca");
  EXPECT_EQ(pca.getK(), 3);
  EXPECT_EQ(pca.getInputCol(), "features");
  EXPECT_EQ(pca.getOutputCol(), "projected");
  EXPECT_EQ(pca.uid(), "PCA_f56c6acda72f");
  const PCA other = PCA::load(kGoldens + "pca_default_column");
  EXPECT_FALSE(other.isSet(PCA::outputCol));
  EXPECT_EQ(other.getOutputCol(), "PCA_007080b21931__output");
  EXPECT_THAT(Pipeline::load(kGoldens + "pipeline").getStages(), SizeIs(1));

  std::ifstream file(kGoldens + "facts.json");
  std::stringstream text;
  text << file.rdbuf();
  const json::Value facts = OrThrow(json::Parse(text.str()));
  const PipelineModel model = PipelineModel::load(kGoldens + "pipeline_model");
  EXPECT_EQ(model.uid(), *facts.Find("pipeline_model_uid")->if_string());
  ASSERT_THAT(model.stages(), SizeIs(1));
  const DenseMatrix pc = dynamic_cast<const PCAModel&>(*model.stages()[0]).pc();
  const json::Array& rows = *facts.Find("pc")->if_array();
  ASSERT_EQ(pc.numRows, 5);
  ASSERT_EQ(pc.numCols, 3);
  for (int32_t i = 0; i < 5; ++i) {
    for (int32_t j = 0; j < 3; ++j) EXPECT_EQ(pc(i, j), (*rows[i].if_array())[j].number());
  }
  EXPECT_EQ(PCAModel::load(kGoldens + "pca_model").pc(), pc);
}

TEST_F(SavedStageTest, WritesSparksLayout) {
  const PipelineModel model = Pipeline("pipeline_1").setStages({Ready()}).fit(Rows());
  model.save(Path("model"));
  EXPECT_THAT(Files(), UnorderedElementsAre("model/metadata/part-00000", "model/metadata/_SUCCESS",
                                            "model/stages/0_pca_1/metadata/part-00000", "model/stages/0_pca_1/metadata/_SUCCESS",
                                            "model/stages/0_pca_1/data/part-00000-c000.snappy.parquet",
                                            "model/stages/0_pca_1/data/_SUCCESS"));
  EXPECT_THAT(Read("model/metadata/part-00000"),
              ::testing::MatchesRegex(R"(\{"class":"org.apache.spark.ml.PipelineModel","timestamp":[0-9]{13},"sparkVersion":"4.3.0",)"
                                      R"("uid":"pipeline_1","paramMap":\{"stageUids":\["pca_1"\]\},"defaultParamMap":\{\}\})"
                                      "\n"));
  EXPECT_THAT(Read("model/stages/0_pca_1/metadata/part-00000"),
              HasSubstr(R"("uid":"pca_1","paramMap":{"inputCol":"features","k":2,"outputCol":"projected"},)"
                        R"("defaultParamMap":{"outputCol":"pca_1__output"}})"));
  // The footer, in clear: what Spark knows the matrix by.
  EXPECT_THAT(Read("model/stages/0_pca_1/data/part-00000-c000.snappy.parquet"),
              AllOf(HasSubstr("org.apache.spark.sql.parquet.row.metadata"), HasSubstr("org.apache.spark.ml.linalg.MatrixUDT")));
}

TEST_F(SavedStageTest, AModelThatWasSavedGivesTheSameBits) {
  const PipelineModel model = Pipeline().setStages({Ready(), Constant().With(Constant::value, 0.1)}).fit(Rows());
  model.save(Path("model"));
  const PipelineModel loaded = PipelineModel::load(Path("model"));
  EXPECT_EQ(loaded.uid(), model.uid());
  EXPECT_EQ(loaded.transform(Rows()).collect(), model.transform(Rows()).collect());
  const auto& pca = dynamic_cast<const PCAModel&>(*model.stages()[0]);
  EXPECT_EQ(dynamic_cast<const PCAModel&>(*loaded.stages()[0]).explainedVariance(), pca.explainedVariance());
}

TEST_F(SavedStageTest, PipelinesMayNestAndHaveManyStages) {
  std::vector<StageHandle> stages;
  for (int i = 0; i < 10; ++i) {
    stages.emplace_back(Constant("constant_" + std::to_string(i)).With(Constant::value, i).With(Constant::outputCol, "c" + std::to_string(i)));
  }
  const Pipeline inner = Pipeline("inner").setStages(stages);
  Pipeline("outer").setStages({inner, Ready()}).save(Path("outer"));
  EXPECT_TRUE(std::filesystem::exists(Path("outer/stages/0_inner/stages/09_constant_9/metadata/part-00000")));
  const Pipeline loaded = Pipeline::load(Path("outer"));
  const sql::DataFrame rows = loaded.fit(Rows()).transform(Rows());
  EXPECT_EQ(rows.first().getDouble(10), 9);
  EXPECT_EQ(rows.columns().back(), "projected");
}

TEST_F(SavedStageTest, APipelineWithoutStagesIsSaved) {
  Pipeline("empty").save(Path("empty"));
  EXPECT_THAT(Pipeline::load(Path("empty")).getStages(), SizeIs(0));
}

TEST_F(SavedStageTest, ParametersOfEveryTypeComeBackSetOrDefault) {
  const double third = 1.0 / 3;
  Constant("constant_1").With(Constant::value, third).With(Constant::count, int64_t{1} << 60).save(Path("set"));
  const auto loaded = LoadStageAs<Constant>(Path("set"));
  EXPECT_EQ(loaded.getOrDefault(Constant::value), third);
  EXPECT_EQ(loaded.getOrDefault(Constant::count), int64_t{1} << 60);
  EXPECT_FALSE(loaded.getOrDefault(Constant::flag));
  EXPECT_FALSE(loaded.isSet(Constant::flag));
  EXPECT_FALSE(loaded.isSet(Constant::outputCol));
  Constant().With(Constant::value, -std::numeric_limits<double>::infinity()).With(Constant::flag, true).save(Path("other"));
  const auto other = LoadStageAs<Constant>(Path("other"));
  EXPECT_EQ(other.getOrDefault(Constant::value), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(other.getOrDefault(Constant::flag));
  EXPECT_FALSE(other.isDefined(Constant::count));
}

TEST_F(SavedStageTest, APathThatExistsIsReplacedOnlyWhenAsked) {
  Ready().save(Path("pca"));
  EXPECT_THAT([&] { Ready().setK(3).save(Path("pca")); }, ThrowsError(ErrorKind::kAlreadyExists, "Path exists already"));
  EXPECT_EQ(PCA::load(Path("pca")).getK(), 2);
  Ready().setK(3).write().overwrite().save(Path("pca"));
  EXPECT_EQ(PCA::load(Path("pca")).getK(), 3);
  Pipeline("pipeline_1").setStages({Ready()}).write().overwrite().save(Path("pca"));
  EXPECT_THAT(Pipeline::load(Path("pca") + "/").getStages(), SizeIs(1));
  Write("file", "no folder");
  EXPECT_THAT([&] { Ready().write().overwrite().save(Path("file")); }, ThrowsError(ErrorKind::kAlreadyExists, "/file"));
}

TEST_F(SavedStageTest, OverwriteSparesFoldersThatHoldOtherThings) {
  Ready().save(Path("pca"));
  Write("pca/thesis.txt", "the only copy");
  EXPECT_THAT([&] { Ready().write().overwrite().save(Path("pca")); }, ThrowsError(ErrorKind::kConflict, "thesis.txt"));
  EXPECT_EQ(PCA::load(Path("pca")).getK(), 2);
}

TEST_F(SavedStageTest, AStageThatIsNotRegisteredIsNamedAndNothingIsWritten) {
  EXPECT_THAT([&] { Pipeline().setStages({Ready(), Unregistered()}).save(Path("pipeline")); },
              ThrowsError(ErrorKind::kUnimplemented, "registerStage<YourStage>(\"your.ClassName\") makes it known): unregistered_1"));
  EXPECT_THAT(Files(), SizeIs(0));
}

TEST_F(SavedStageTest, WhatCannotBeLoadedIsNamed) {
  struct Case {
    std::string name;
    std::string metadata;
    ErrorKind kind;
    std::string message;
  };
  const std::string start = R"({"class":"org.apache.spark.ml.feature.PCA","timestamp":1,"sparkVersion":"4.3.0","uid":"u",)";
  const std::vector<Case> cases = {
      {"unknown class", R"({"class":"org.apache.spark.ml.feature.Bucketizer","sparkVersion":"3.5.0","uid":"u","paramMap":{}})",
       ErrorKind::kUnimplemented, "org.apache.spark.ml.feature.Bucketizer in file:"},
      {"other version", R"({"class":"org.apache.spark.ml.feature.PCA","sparkVersion":"1.6.0","uid":"u","paramMap":{}})",
       ErrorKind::kUnimplemented, "has sparkVersion \"1.6.0\""},
      {"no version", R"({"class":"org.apache.spark.ml.feature.PCA","sparkVersion":"x","uid":"u","paramMap":{}})",
       ErrorKind::kUnimplemented, "has sparkVersion \"x\""},
      {"cut", start + R"("paramMap":{"k)", ErrorKind::kCorruptData, "has broken metadata"},
      {"empty", "", ErrorKind::kCorruptData, "has no metadata/part-*"},
      {"no object", "[1]", ErrorKind::kCorruptData, "no object"},
      {"no parameters", start + R"("paramMap":7})", ErrorKind::kCorruptData, "has no object paramMap"},
      {"no uid", R"({"class":"org.apache.spark.ml.feature.PCA","sparkVersion":"4.3.0","paramMap":{}})", ErrorKind::kCorruptData,
       "has no text uid"},
      {"unknown parameter", start + R"("paramMap":{"q":1}})", ErrorKind::kCorruptData, "Parameter does not exist: \"q\" of u"},
      {"other type", start + R"("paramMap":{"k":"three"}})", ErrorKind::kCorruptData, "Parameter has another type: k = \"three\""},
      {"number too large", start + R"("paramMap":{"k":3000000000}})", ErrorKind::kCorruptData, "k = 3000000000"},
      {"out of range", start + R"("paramMap":{"k":0}})", ErrorKind::kInvalidArgument, "k = 0; valid: > 0"},
      {"no stages", R"({"class":"org.apache.spark.ml.Pipeline","sparkVersion":"4.3.0","uid":"u","paramMap":{}})",
       ErrorKind::kCorruptData, "no list stageUids"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    Write("stage/metadata/part-00000", test_case.metadata);
    EXPECT_THAT([&] { LoadStageAs<PCA>(Path("stage")); },
                ThrowsError(test_case.kind, test_case.message));
    EXPECT_THAT([&] { LoadStageAs<PCA>(Path("stage")); }, ThrowsError(test_case.kind, Path("stage")));
  }
  EXPECT_THAT([&] { PCA::load(Path("nothing")); }, ThrowsError(ErrorKind::kNotFound, "Saved stage does not exist: file:"));
}

TEST_F(SavedStageTest, AnotherClassThanAskedForIsNamed) {
  Ready().save(Path("pca"));
  EXPECT_THAT([&] { PCAModel::load(Path("pca")); },
              ThrowsError(ErrorKind::kInvalidArgument,
                          "expected org.apache.spark.ml.feature.PCAModel, found org.apache.spark.ml.feature.PCA in "));
}

TEST_F(SavedStageTest, ATornFolderIsNamed) {
  Pipeline("pipeline_1").setStages({Ready()}).fit(Rows()).save(Path("model"));
  const std::string stage = Path("model/stages/0_pca_1");
  std::filesystem::resize_file(stage + "/data/part-00000-c000.snappy.parquet", 100);
  EXPECT_THAT([&] { PipelineModel::load(Path("model")); }, ThrowsError(ErrorKind::kCorruptData, "Parquet file cannot be read"));
  std::filesystem::remove_all(stage + "/data");
  EXPECT_THAT([&] { PipelineModel::load(Path("model")); }, ThrowsError(ErrorKind::kCorruptData, "not one file in data/ but 0"));
  std::filesystem::remove_all(stage + "/metadata");
  EXPECT_THAT([&] { PipelineModel::load(Path("model")); }, ThrowsError(ErrorKind::kNotFound, "stages/0_pca_1"));
  std::filesystem::remove_all(Path("model/metadata"));
  Write("model/stages/0_pca_1/data/x", "");
  EXPECT_THAT([&] { PipelineModel::load(Path("model")); }, ThrowsError(ErrorKind::kCorruptData, "Saved stage is torn: file:"));
}

TEST_F(SavedStageTest, AnEstimatorInAPipelineModelIsNamed) {
  Pipeline("pipeline_1").setStages({Ready()}).save(Path("model"));
  std::string metadata = Read("model/metadata/part-00000");
  metadata.replace(metadata.find("ml.Pipeline\""), 12, "ml.PipelineModel\"");
  Write("model/metadata/part-00000", metadata);
  EXPECT_THAT([&] { PipelineModel::load(Path("model")); }, ThrowsError(ErrorKind::kCorruptData, "no Transformer: pca_1"));
}

}  // namespace
}  // namespace sagespark::ml
