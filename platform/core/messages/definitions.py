"""YAML...: reading documents; DEF...: their shape; PCK...: packs."""

from __future__ import annotations

from .message import Message

DEFINITIONS: dict[str, Message] = {
    "YAML001": Message(
        "this text cannot be read; check the indentation, quotes and colons here and on the line above",
        "这里无法读取；请检查本行和上一行的缩进、引号和冒号",
    ),
    "YAML002": Message(
        "the key '{key}' is there twice, first on line {line}; keep one of them",
        "键“{key}”重复出现，第一次在第 {line} 行；请只保留一个",
    ),
    "YAML003": Message(
        "a tab stands in the indentation; indent with spaces",
        "缩进中使用了制表符；请改用空格缩进",
    ),
    "YAML004": Message(
        "the quote that opens here is never closed; add the closing quote",
        "此处的引号没有闭合；请补上结束引号",
    ),
    "YAML005": Message(
        "the bracket that opens here is not closed, or a comma is missing inside it",
        "此处的括号没有闭合，或括号内缺少逗号",
    ),
    "YAML006": Message(
        "a colon with a space starts a new value here; put the whole text in quotes, or indent the lines alike",
        "此处冒号加空格会被当作新的键值；请给整段文字加引号，或对齐缩进",
    ),
    "YAML007": Message(
        "this line is not indented like its neighbours; line it up with the keys or items it belongs to",
        "本行缩进与相邻各行不一致；请与同级的键或列表项对齐",
    ),
    "YAML008": Message(
        "this line is no 'key: value'; add a colon and a space, or quote the text",
        "本行不是“key: value”的写法；请补上冒号和空格，或给文字加引号",
    ),
    "YAML009": Message(
        "a text cannot start with '{character}'; put it in quotes",
        "文字不能以“{character}”开头；请加引号",
    ),
    "YAML010": Message(
        "the tag '{tag}' is not allowed; write the plain value, or quote a text that starts with '!'",
        "不允许使用标签“{tag}”；请直接写值，以“!”开头的文字请加引号",
    ),
    "YAML011": Message(
        "the alias '*{name}' is not allowed; write the value out, or share it as a block with 'use:'",
        "不允许使用别名“*{name}”；请写出完整的值，或用“use:”引用公共块",
    ),
    "YAML012": Message(
        "the anchor '&{name}' is not allowed; share parts as a block with 'use:', or quote a text that starts with '&'",
        "不允许使用锚点“&{name}”；公共部分请用“use:”引用公共块，以“&”开头的文字请加引号",
    ),
    "YAML013": Message(
        "the merge key '<<' is not allowed; write the keys out, or share them as a block with 'use:'",
        "不允许使用合并键“<<”；请写出各个键，或用“use:”引用公共块",
    ),
    "YAML014": Message(
        "a key must be text; put it in quotes",
        "键必须是文字；请加引号",
    ),
    "YAML015": Message(
        "this key is longer than {limit} characters; shorten it",
        "此键超过 {limit} 个字符；请缩短",
    ),
    "YAML016": Message(
        "lines that start with '%' are not allowed; remove the line, or quote the text",
        "不允许以“%”开头的行；请删除该行，或给文字加引号",
    ),
    "YAML017": Message(
        "this escape after the backslash is unknown; double the backslash, or use single quotes",
        "反斜杠后的转义写法无效；请写两个反斜杠，或改用单引号",
    ),
    "YAML018": Message(
        "only an indentation digit, '+' or '-' may follow '|' or '>'; start the text on the next line",
        "“|”或“>”之后只能写缩进数字、“+”或“-”；正文请从下一行开始",
    ),
    "YAML019": Message(
        "the document ended above this line; start a new one with '---', or indent the line",
        "文档在本行之前已经结束；请用“---”开始新文档，或调整缩进",
    ),
    "YAML020": Message(
        "the file is larger than {limit} bytes; split it",
        "文件超过 {limit} 字节；请拆分文件",
    ),
    "YAML021": Message(
        "values are nested deeper than {limit} levels here; make the definition flatter",
        "此处嵌套超过 {limit} 层；请减少嵌套",
    ),
    "YAML022": Message(
        "the file holds more than {limit} values; split it",
        "文件中的值超过 {limit} 个；请拆分文件",
    ),
    "YAML023": Message(
        "this text is longer than {limit} characters; shorten it or keep it in a file of its own",
        "此文字超过 {limit} 个字符；请缩短或放到单独的文件中",
    ),
    "YAML024": Message(
        "there are {limit} findings up to here; mend these first, then check again",
        "到此已有 {limit} 个问题；请先修正这些问题，然后重新检查",
    ),
    "YAML025": Message(
        "the file holds more than {limit} documents; split it",
        "文件中的文档超过 {limit} 个；请拆分文件",
    ),
    "YAML026": Message(
        "a list item cannot start here; put the '-' on a line of its own below the key",
        "列表项不能从这里开始；请把“-”写在键的下一行",
    ),
    "YAML030": Message(
        "the file is UTF-16 or UTF-32; save it as UTF-8",
        "文件编码为 UTF-16 或 UTF-32；请另存为 UTF-8",
    ),
    "YAML031": Message(
        "the byte {byte} here is not UTF-8; save the file as UTF-8",
        "此处的字节 {byte} 不是 UTF-8 编码；请将文件另存为 UTF-8",
    ),
    "YAML032": Message(
        "the invisible character {character} stands here; delete it",
        "此处有不可见字符 {character}；请删除",
    ),
    "YAML033": Message(
        "the line separator {character} stands here; use an ordinary line break",
        "此处有行分隔符 {character}；请改用普通换行",
    ),
    "YAML034": Message(
        "this escape is no whole character; write the character itself",
        "此转义不是完整的字符；请直接写该字符",
    ),
    "YAML040": Message(
        "this is not valid JSON: one of {expected} should stand here",
        "不是有效的 JSON：此处应为 {expected} 之一",
    ),
    "YAML041": Message(
        "JSON allows no comma before a closing bracket; delete the comma",
        "JSON 不允许在右括号前写逗号；请删除该逗号",
    ),
    "YAML042": Message(
        "JSON has no comments; delete it, or save the file as .yaml",
        "JSON 不支持注释；请删除，或将文件另存为 .yaml",
    ),
    "YAML043": Message(
        "a number keeps 15 digits at most; put longer ones in quotes",
        "数字最多保留 15 位；更长的请加引号写成文字",
    ),
    "YAML050": Message(
        "a document is a mapping that starts with 'kind:' and 'id:'; this is not one",
        "文档必须是以“kind:”和“id:”开头的映射；此处不是",
    ),
    "YAML051": Message(
        "the file holds no document; write one, or delete the file",
        "文件中没有任何文档；请编写内容，或删除该文件",
        "warning",
    ),
    "DEF003": Message(
        "the key '{key}' is required; add it with a value",
        "缺少必填的键“{key}”；请补上并填写值",
    ),
    "DEF004": Message(
        "the key '{key}' is not known here and would do nothing; correct or remove it",
        "此处不认识键“{key}”，它不会起任何作用；请更正或删除",
    ),
    "DEF005": Message(
        "'{key}' takes a single text, not a list or a mapping",
        "“{key}”应为单个文字，不能是列表或映射",
    ),
    "DEF006": Message(
        "'{word}' is no identifier; start with a small letter and use small letters, digits, '-' and '_' (64 at most)",
        "“{word}”不是有效的标识符；请以小写字母开头，只用小写字母、数字、“-”和“_”，最多 64 个字符",
    ),
    "DEF007": Message(
        "'{key}' takes true or false",
        "“{key}”只能是 true 或 false",
    ),
    "DEF008": Message(
        "'{key}' takes a whole number",
        "“{key}”应为整数",
    ),
    "DEF009": Message(
        "'{key}' takes a number",
        "“{key}”应为数字",
    ),
    "DEF010": Message(
        "'{key}' takes a number from {low} to {high}",
        "“{key}”的取值范围是 {low} 到 {high}",
    ),
    "DEF011": Message(
        "'{word}' is not possible for '{key}'; choose one of {choices}",
        "“{key}”不能是“{word}”；可选值为 {choices}",
    ),
    "DEF012": Message(
        "'{key}' takes a list; write each item behind a '-'",
        "“{key}”应为列表；请用“-”逐项书写",
    ),
    "DEF013": Message(
        "'{key}' takes a mapping of 'key: value' lines",
        "“{key}”应为由“key: value”组成的映射",
    ),
    "DEF014": Message(
        "'{key}' takes words for people: '{{en: ..., zh-CN: ...}}' or one text",
        "“{key}”应为显示文字：“{{en: ..., zh-CN: ...}}”或单个文字",
    ),
    "DEF015": Message(
        "this has no words in {tongue_en} yet: readers of {tongue_en} see the {other_en}; add the translation",
        "此处还没有{tongue_zh}：使用{tongue_zh}的读者会看到{other_zh}；请补充翻译",
        "warning",
    ),
    "DEF016": Message(
        "'{key}' is empty; fill it in or remove it",
        "“{key}”为空；请填写或删除",
    ),
    "DEF017": Message(
        "the {kind} '{id}' is defined twice, first at {first}; rename or remove one",
        "{kind}“{id}”重复定义，第一次在 {first}；请改名或删除其中一个",
    ),
    "DEF018": Message(
        "'{word}' is no kind of definition",
        "“{word}”不是已知的组件种类",
    ),
    "DEF019": Message(
        "'{word}' is no name; use letters, digits, '-' and '_' (64 at most)",
        "“{word}”不是有效的名称；只能使用字母、数字、“-”和“_”，最多 64 个字符",
    ),
    "DEF021": Message(
        "'{key}' does not fit its form; compare it with the example in the guide of this kind",
        "“{key}”的写法不符合要求；请对照该种类说明中的示例",
    ),
    "DEF022": Message(
        "'{key}' takes from {low} to {high} entries",
        "“{key}”应有 {low} 到 {high} 项",
    ),
    "DEF023": Message(
        "'{word}' is in the list '{key}' twice; keep one",
        "列表“{key}”中“{word}”重复；请只保留一个",
    ),
    "PCK001": Message(
        "the folder holds no pack.yaml; add one with 'kind: pack', 'id' and 'version'",
        "文件夹中没有 pack.yaml；请添加，并写明“kind: pack”、“id”和“version”",
    ),
    "PCK002": Message(
        "'{word}' is no version; write three numbers, such as 1.0.0",
        "“{word}”不是有效的版本号；请写三段数字，例如 1.0.0",
    ),
    "PCK003": Message(
        "the pack needs the pack '{word}', which is not there; install it first, or remove it from 'requires'",
        "本模板包依赖的模板包“{word}”不存在；请先安装，或从“requires”中删除",
    ),
    "PCK004": Message(
        "the file '{word}' is not in the pack; add it or correct the name",
        "模板包中没有文件“{word}”；请添加或更正文件名",
    ),
    "PCK005": Message(
        "the pack has no {file}; add it, people read it before they install",
        "模板包缺少 {file}；请补充，供安装前阅读",
        "warning",
    ),
    "PCK006": Message(
        "a pack has one document of kind pack; this is another one",
        "一个模板包只能有一个 kind 为 pack 的文档；此处是多余的",
    ),
    "PCK010": Message(
        "there is no block '{word}' in this pack or the packs it requires",
        "本模板包及其依赖中没有公共块“{word}”",
    ),
    "PCK011": Message(
        "the blocks use each other in a circle: {cycle}; take one of the references out",
        "公共块循环引用：{cycle}；请去掉其中一个引用",
    ),
    "PCK012": Message(
        "the block '{word}' gives a list, so '{key}' beside 'use:' has nothing to override; remove it",
        "公共块“{word}”提供的是列表，“use:”旁边的“{key}”无从覆盖；请删除",
    ),
    "PCK013": Message(
        "a block has either 'items' (a list) or 'item' (a mapping)",
        "公共块必须且只能有“items”（列表）或“item”（映射）之一",
    ),
    "PCK014": Message(
        "the blocks used here grow beyond {limit} values; use fewer or smaller ones",
        "此处引用的公共块展开后超过 {limit} 个值；请减少或精简",
    ),
    "PCK020": Message(
        "the folder holds more than {limit} files; a pack is smaller",
        "文件夹中的文件超过 {limit} 个；模板包不应这么大",
    ),
    "PCK021": Message(
        "the files of the folder are larger than {limit} bytes together; a pack is smaller",
        "文件夹中的文件总大小超过 {limit} 字节；模板包不应这么大",
    ),
    "PCK022": Message(
        "the link '{word}' leads out of the folder; put the file itself here",
        "链接“{word}”指向文件夹之外；请放入文件本身",
    ),
    "PCK023": Message(
        "'{word}' cannot be read; check that it exists and may be read",
        "无法读取“{word}”；请确认文件存在且有读取权限",
    ),
}
